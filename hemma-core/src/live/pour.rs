//! Copies the output of a command on a host to the operator's own output.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use super::sieve::Sieve;
use super::story::Stream;

/// The maximum number of bytes in memory at a time.
const PIECE_BYTES: usize = 64 << 10;

/// How often to try again while the output is full and does not block.
const FULL: Duration = Duration::from_millis(5);

/// A stream to the operator, copied by a thread of its own, so that a paused terminal holds up
/// nothing else.
pub(super) struct Pour(oneshot::Receiver<()>);

impl Pour {
    /// Begins to copy the text written to the returned end, without what is not the command's own.
    pub(super) fn begin(sieve: Sieve, on: Stream) -> io::Result<(Self, Stdio)> {
        let to = ours(on)?;
        let (from, theirs) = io::pipe()?;
        let (done, poured) = oneshot::channel();
        thread::spawn(move || {
            // If the output cannot be written any more, the command notices: its pipe closes.
            let _ = carry(from, sieve, to);
            // The receiver may have been dropped.
            let _ = done.send(());
        });
        Ok((Self(poured), theirs.into()))
    }

    /// Waits until everything has arrived.
    pub(super) async fn poured(self) {
        let _ = self.0.await;
    }
}

fn carry(mut from: impl Read, mut sieve: Sieve, mut to: impl Write) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut own = Vec::new();
    loop {
        let length = match from.read(&mut piece) {
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let sifted = match length {
            0 => sieve.end(&mut own),
            _ => sieve.sift(&piece[..length], &mut own),
        };
        sifted.map_err(io::Error::other)?;
        write(&mut to, &own)?;
        own.clear();
        if length == 0 {
            return Ok(());
        }
    }
}

/// Writes the whole text. ssh makes its input non-blocking; if input and output are the same file,
/// the output is non-blocking too.
fn write(to: &mut impl Write, mut text: &[u8]) -> io::Result<()> {
    while !text.is_empty() {
        match to.write(text) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(length) => text = &text[length..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(FULL),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a command of the operator's own writes there")]
fn ours(on: Stream) -> io::Result<File> {
    let fd = match on {
        Stream::Output => io::stdout().as_fd().try_clone_to_owned(),
        Stream::Errors => io::stderr().as_fd().try_clone_to_owned(),
    };
    fd.map(File::from)
}
