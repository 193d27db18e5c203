//! Separates the output of a command from what is printed before and after it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use memchr::memmem;
use openssh::{ChildStderr, ChildStdin, ChildStdout};
use tokio::io::{AsyncRead, ReadBuf};

use super::marks::{Found, Mark, Marks};
use super::story::{Story, Stream, TooMuch};

/// The streams of a command, without what is printed before and after it.
pub(super) type Streams = (ChildStdin, Sieved<ChildStdout>, Sieved<ChildStderr>);

/// The number of bytes that are read at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Removes from a stream what is not the command's own, mark by mark.
#[derive(Debug)]
pub(super) struct Sieve {
    marks: Marks,
    on: Stream,
    story: Story,
    at: At,
    /// Bytes that may be the beginning of a mark.
    held: Vec<u8>,
}

/// The position in the stream, relative to the marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Before { reached: bool },
    Own,
    After,
}

impl Sieve {
    pub(super) fn new(marks: &Marks, on: Stream, story: &Story) -> Self {
        let (marks, story) = (marks.clone(), story.clone());
        Self { marks, on, story, at: At::Before { reached: false }, held: Vec::new() }
    }

    /// Appends the command's own part of `fresh` to `own`.
    pub(super) fn sift(&mut self, fresh: &[u8], own: &mut Vec<u8>) -> Result<(), TooMuch> {
        let joined;
        let mut rest = if self.held.is_empty() {
            fresh
        } else {
            self.held.extend_from_slice(fresh);
            joined = std::mem::take(&mut self.held);
            &joined[..]
        };
        while !rest.is_empty() {
            let Some(at) = memmem::find(rest, self.marks.beginning()) else {
                let (plain, held) = rest.split_at(rest.len() - self.half_at_the_end(rest));
                self.held = held.to_vec();
                return self.keep(plain, own);
            };
            self.keep(&rest[..at], own)?;
            rest = &rest[at..];
            match self.marks.read(rest) {
                Found::Mark(mark, length) => {
                    self.pass(mark);
                    rest = &rest[length..];
                }
                Found::Half => {
                    self.held = rest.to_vec();
                    return Ok(());
                }
                Found::Other => {
                    self.keep(&rest[..1], own)?;
                    rest = &rest[1..];
                }
            }
        }
        Ok(())
    }

    /// Handles the end of the stream.
    pub(super) fn end(&mut self, own: &mut Vec<u8>) -> Result<(), TooMuch> {
        let held = std::mem::take(&mut self.held);
        let kept = self.keep(&held, own);
        self.story.over(self.on);
        kept
    }

    fn pass(&mut self, mark: Mark) {
        self.at = match (&mark, self.at) {
            (Mark::Reached(_), At::Before { .. }) => At::Before { reached: true },
            (Mark::Begun, At::Before { .. }) => At::Own,
            (Mark::Ended(_), At::Own) => At::After,
            (_, at) => at,
        };
        // The answer is on standard output, so its marks count.
        if self.on == Stream::Output {
            self.story.mark(mark);
        }
    }

    fn keep(&mut self, text: &[u8], own: &mut Vec<u8>) -> Result<(), TooMuch> {
        match self.at {
            At::Before { reached } => self.story.aside(self.on, reached, text),
            At::Own => {
                own.extend_from_slice(text);
                Ok(())
            }
            At::After => Ok(()),
        }
    }

    /// The number of last bytes that may be the beginning of a mark.
    fn half_at_the_end(&self, text: &[u8]) -> usize {
        let mark = self.marks.beginning();
        let longest = text.len().min(mark.len() - 1);
        (1..=longest).rev().find(|it| text.ends_with(&mark[..*it])).unwrap_or(0)
    }
}

/// A stream that passes through a sieve.
#[derive(Debug)]
pub(super) struct Sieved<R> {
    from: R,
    sieve: Sieve,
    piece: Vec<u8>,
    own: Vec<u8>,
    given: usize,
    over: bool,
}

impl<R> Sieved<R> {
    pub(super) fn new(from: R, sieve: Sieve) -> Self {
        Self { from, sieve, piece: vec![0; PIECE_BYTES], own: Vec::new(), given: 0, over: false }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Sieved<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let left = &this.own[this.given..];
            if !left.is_empty() {
                let count = left.len().min(buf.remaining());
                buf.put_slice(&left[..count]);
                this.given += count;
                return Poll::Ready(Ok(()));
            }
            if this.over {
                return Poll::Ready(Ok(()));
            }
            this.own.clear();
            this.given = 0;
            let mut piece = ReadBuf::new(&mut this.piece);
            std::task::ready!(Pin::new(&mut this.from).poll_read(cx, &mut piece))?;
            let fresh = piece.filled();
            let sifted = if fresh.is_empty() {
                this.over = true;
                this.sieve.end(&mut this.own)
            } else {
                this.sieve.sift(fresh, &mut this.own)
            };
            sifted.map_err(io::Error::other)?;
        }
    }
}
