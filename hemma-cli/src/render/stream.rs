//! A stream that remembers a write error, so that a run need not stop for it.

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct Stream(Mutex<Inner>);

struct Inner {
    to: Box<dyn Write + Send>,
    is_terminal: bool,
    lost: Option<io::Error>,
}

/// The system's error for a closed terminal.
const HUNG_UP: i32 = rustix::io::Errno::IO.raw_os_error();

impl Stream {
    pub(super) fn new(to: impl Write + Send + 'static, is_terminal: bool) -> Self {
        Self(Mutex::new(Inner { to: Box::new(to), is_terminal, lost: None }))
    }

    pub(super) fn write(&self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    pub(super) fn write_bytes(&self, bytes: &[u8]) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A deploy goes on when its reader leaves; half of one would be worse than an unread one.
        if inner.lost.is_none() {
            inner.lost = inner.to.write_all(bytes).and_then(|()| inner.to.flush()).err();
        }
    }

    /// Whether the reader has left, or the terminal was closed.
    pub(super) fn deserted(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_deserted()
    }

    /// Whether output was lost that the reader waits for.
    pub(super) fn is_cut(&self) -> bool {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.lost.is_some() && !inner.is_deserted()
    }

    pub(super) fn loss(&self) -> Option<io::Error> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.is_deserted() { None } else { inner.lost.take() }
    }
}

impl Inner {
    fn is_deserted(&self) -> bool {
        let hung_up = |it: &io::Error| self.is_terminal && it.raw_os_error() == Some(HUNG_UP);
        self.lost.as_ref().is_some_and(|it| it.kind() == ErrorKind::BrokenPipe || hung_up(it))
    }
}

/// A stream into memory, read back without colours.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    pub(crate) fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        anstream::adapter::strip_str(&String::from_utf8_lossy(&bytes)).to_string()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(i32);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(self.0))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_leaves_is_no_error_and_a_full_disk_is() {
        let [pipe, full] = [rustix::io::Errno::PIPE, rustix::io::Errno::NOSPC];
        let rows = [
            (pipe.raw_os_error(), false, true),
            (full.raw_os_error(), false, false),
            // A failing disk has the same error as a closed terminal.
            (HUNG_UP, true, true),
            (HUNG_UP, false, false),
        ];
        for (error, is_terminal, deserted) in rows {
            let stream = Stream::new(Broken(error), is_terminal);
            stream.write("text");
            assert_eq!(stream.deserted(), deserted, "{error}");
            assert_eq!(stream.is_cut(), !deserted, "{error}");
            assert_eq!(stream.loss().is_none(), deserted, "{error}");
        }
    }
}
