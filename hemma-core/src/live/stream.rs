//! What a command on a host writes, piece by piece, for what is too long to be kept.

use tokio::io::AsyncReadExt;

use super::connection::Connection;
use super::drain::drain;
use super::remote_line::Input;
use crate::{Command, ExecError, Guard, Output, Place, Progress};

/// As much as is in memory of it at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Why not all of a command's output was taken.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The command's own end is not known.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// Whoever takes it could not. The command was ended.
    #[error("what the command wrote could not be taken")]
    Taken(#[source] std::io::Error),
}

impl Connection {
    /// The next piece is read when the last one was taken, so a slow taker slows the command down.
    /// When nobody waits for it any more, it ends.
    pub(super) async fn stream(
        &self,
        command: &Command,
        guard: Option<&Guard>,
        mut take: impl FnMut(&[u8]) -> std::io::Result<()> + Send,
    ) -> Result<Output, StreamError> {
        let (mut child, _permit) = self.start(command, guard, Input::Lifeline).await?;
        let (stdin, stdout, stderr) =
            (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let (Some(_lifeline), Some(mut stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(self.lost(command).into());
        };
        let pour = async {
            let mut piece = vec![0; PIECE_BYTES];
            loop {
                let read = self.in_time(command, stdout.read(&mut piece)).await?;
                match read.map_err(|_| self.lost(command))? {
                    0 => return Ok(()),
                    length => take(&piece[..length]).map_err(StreamError::Taken)?,
                }
            }
        };
        let silent = Progress::silent();
        let words = async {
            let words = drain(stderr, &silent).await;
            words.map_err(|_| StreamError::from(self.lost(command)))
        };
        let ((), stderr) = tokio::try_join!(pour, words)?;
        let exit = self.in_time(command, self.exit(command, child)).await??;
        self.refused(command, guard, exit, &stderr)?;
        Ok(Output { exit, stdout: String::new(), stderr })
    }

    /// A silence that is longer than the command's limit is its end.
    async fn in_time<T>(
        &self,
        command: &Command,
        work: impl Future<Output = T>,
    ) -> Result<T, ExecError> {
        let limit = command.time_limit();
        tokio::time::timeout(limit, work).await.map_err(|_| ExecError::TimedOut {
            on: Place::On(self.host().clone()),
            command: command.to_string(),
            seconds: limit.as_secs(),
        })
    }
}
