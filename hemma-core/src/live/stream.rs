//! The output of a command on a host, piece by piece, for output that is too long to be kept.

use tokio::io::AsyncReadExt;

use super::connection::{Connection, Started};
use super::drain::drain;
use super::remote_line::Input;
use crate::{Classified, Command, ExecError, Guard, OperatorError, Output, Place, Progress};

/// The maximum number of bytes in memory at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Why not all of a command's output was taken.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The exit code of the command is not known.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// The callback failed to take a piece. The command was ended.
    #[error("the command's output could not be received")]
    Taken(#[source] std::io::Error),
}

impl OperatorError for StreamError {
    fn classify(&self) -> Classified {
        match self {
            Self::Exec(source) => source.classify(),
            Self::Taken(source) => source.classify(),
        }
    }
}

impl Connection {
    /// The next piece is read after the last one was taken, so a slow callback slows the command
    /// down. The command ends when the future is dropped.
    pub(super) async fn stream(
        &self,
        command: &Command,
        guard: Option<&Guard>,
        mut take: impl FnMut(&[u8]) -> std::io::Result<()> + Send,
    ) -> Result<Output, StreamError> {
        let Started { child, streams, story, permit: _permit } =
            self.start(command, guard, Input::Lifeline).await?;
        let (_lifeline, mut stdout, stderr) = streams;
        let pour = async {
            let mut piece = vec![0; PIECE_BYTES];
            loop {
                let read = self.not_silent(command, stdout.read(&mut piece)).await?;
                match read.map_err(|_| self.unread(command, &story))? {
                    0 => return Ok(()),
                    length => take(&piece[..length]).map_err(StreamError::Taken)?,
                }
            }
        };
        let silent = Progress::silent();
        let words = async {
            let words = drain(stderr, &silent).await;
            words.map_err(|_| StreamError::from(self.unread(command, &story)))
        };
        let reading = async { tokio::try_join!(pour, words) };
        let ((), stderr) = self.in_time(command, &story, reading).await??;
        let exit = self.not_silent(command, self.exit(command, child, &story)).await??;
        Ok(self.output(exit, String::new(), stderr))
    }

    /// Ends the wait if the silence exceeds the command's limit.
    async fn not_silent<T>(
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
