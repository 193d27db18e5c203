//! A stream that remembers why it could not be written to, so that a run need not stop for it.

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct Stream(Mutex<Inner>);

struct Inner {
    to: Box<dyn Write + Send>,
    lost: Option<io::Error>,
}

impl Stream {
    pub(super) fn new(to: impl Write + Send + 'static) -> Self {
        Self(Mutex::new(Inner { to: Box::new(to), lost: None }))
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

    pub(super) fn deserted(&self) -> bool {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.lost.as_ref().is_some_and(|it| it.kind() == ErrorKind::BrokenPipe)
    }

    pub(super) fn loss(&self) -> Option<io::Error> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.lost.take_if(|it| it.kind() != ErrorKind::BrokenPipe)
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

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_leaves_is_no_error_and_a_full_disk_is() {
        for (kind, deserted) in [(ErrorKind::BrokenPipe, true), (ErrorKind::StorageFull, false)] {
            let stream = Stream::new(Broken(kind));
            stream.write("text");
            assert_eq!(stream.deserted(), deserted, "{kind}");
            assert_eq!(stream.loss().is_none(), deserted, "{kind}");
        }
    }
}
