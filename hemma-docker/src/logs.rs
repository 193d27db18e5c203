//! Log lines of containers, bounded in every direction.

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::TryStreamExt;
use hemma_core::text::plain;
use hemma_core::{Host, Live, Question};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ContainerName;
use crate::engine::{EngineError, USUAL_LIMIT, call};

/// The length at which a line is cut.
const LINE_CHARS_MAX: usize = 2_000;

/// The largest number of lines that is asked for at once.
const TAIL_MAX: u32 = 10_000;

/// The size from which a log is cut at its beginning, as the end is what matters.
const BYTES_MAX: usize = 4 << 20;

/// Asks for the last lines of a container's log. The answer is `None` if there is no such
/// container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logs {
    /// Where the engine is.
    pub host: Host,
    /// The container's name or id.
    pub container: ContainerName,
    /// The largest number of lines.
    pub tail: u32,
    /// The time from which on lines are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The time at which the engine received the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The stream of the line.
    pub stream: Stream,
    /// The text, without control characters of a terminal.
    pub text: String,
}

/// The stream that a line was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output, and all output of a container that has a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Question for Logs {
    const KIND: &'static str = "docker.logs";
    type Answer = Option<Vec<LogLine>>;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<Option<Vec<LogLine>>, EngineError> {
        let tail = self.tail.min(TAIL_MAX);
        // The engine's filter knows whole seconds; the rest is filtered below.
        let since = self.since.map_or(0, |it| i32::try_from(it.as_second()).unwrap_or(0));
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).timestamps(true);
        let options = options.tail(&tail.to_string()).since(since).build();
        let container = self.container.as_str();
        let read = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            let frames = docker.logs(container, Some(options));
            frames.try_fold(Page::default(), async |page, frame| Ok(page.with(&frame))).await
        });
        match read.await {
            Ok(page) => Ok(Some(page.lines(tail as usize, self.since))),
            Err(EngineError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The frames of a log: lines for most containers, anything for a container with a terminal.
#[derive(Debug, Default)]
struct Page {
    finished: Vec<(Stream, Vec<u8>)>,
    open: Vec<(Stream, Vec<u8>)>,
    bytes: usize,
}

impl Page {
    fn with(mut self, frame: &LogOutput) -> Self {
        let stream = match frame {
            LogOutput::StdErr { .. } => Stream::Stderr,
            LogOutput::StdOut { .. } | LogOutput::StdIn { .. } | LogOutput::Console { .. } => {
                Stream::Stdout
            }
        };
        for piece in frame.as_ref().split_inclusive(|it| *it == b'\n') {
            self.add(stream, piece);
        }
        self
    }

    fn add(&mut self, stream: Stream, piece: &[u8]) {
        let at = self.open.iter().position(|it| it.0 == stream);
        let mut line = at.map_or_else(|| (stream, Vec::new()), |at| self.open.swap_remove(at));
        let room = (LINE_CHARS_MAX * 4).saturating_sub(line.1.len()).min(piece.len());
        line.1.extend_from_slice(&piece[..room]);
        if piece.ends_with(b"\n") {
            self.bytes += line.1.len();
            self.finished.push(line);
        } else {
            self.open.push(line);
        }
        if self.bytes > 2 * BYTES_MAX {
            self.forget();
        }
    }

    /// Drops lines from the beginning until the rest is within the bounds.
    fn forget(&mut self) {
        let mut over = self.bytes.saturating_sub(BYTES_MAX);
        let mut count = 0;
        while over > 0 && count < self.finished.len() {
            let length = self.finished[count].1.len();
            self.bytes -= length;
            over = over.saturating_sub(length);
            count += 1;
        }
        self.finished.drain(..count);
    }

    fn lines(mut self, tail: usize, since: Option<Timestamp>) -> Vec<LogLine> {
        self.finished.append(&mut self.open);
        self.bytes = self.finished.iter().map(|it| it.1.len()).sum();
        self.forget();
        let read = self.finished.iter().map(|(stream, bytes)| line(*stream, bytes));
        let fresh = |it: &LogLine| since.is_none_or(|since| it.at.is_none_or(|at| at >= since));
        let lines: Vec<LogLine> = read.filter(fresh).collect();
        let from = lines.len().saturating_sub(tail);
        lines.into_iter().skip(from).collect()
    }
}

/// Parses a line. The engine puts the time and a space in front of each.
fn line(stream: Stream, bytes: &[u8]) -> LogLine {
    let text = String::from_utf8_lossy(bytes);
    let (at, text) = match text.split_once(' ') {
        Some((at, rest)) => match at.parse::<Timestamp>() {
            Ok(at) => (Some(at), rest),
            Err(_) => (None, text.as_ref()),
        },
        None => (None, text.as_ref()),
    };
    LogLine { at, stream, text: plain(text, LINE_CHARS_MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(frames: &[(u8, &str)]) -> Page {
        frames.iter().fold(Page::default(), |page, (stream, text)| {
            let message = text.as_bytes().to_vec().into();
            page.with(&match stream {
                1 => LogOutput::StdOut { message },
                2 => LogOutput::StdErr { message },
                _ => LogOutput::Console { message },
            })
        })
    }

    fn texts(page: Page, tail: usize) -> Vec<String> {
        page.lines(tail, None).into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn frames_become_lines() {
        type Frames = &'static [(u8, &'static str)];
        let rows: [(Frames, &[&str]); 5] = [
            (&[(1, "2026-02-07T12:00:00.5Z hello\n")], &["hello"]),
            (&[(1, "one"), (2, "other\n"), (1, " two\n")], &["other", "one two"]),
            (&[(3, "a\r\nb\r\nrest")], &["a", "b", "rest"]),
            (&[(1, "\u{1b}[31mred\u{1b}[0m\n")], &["red"]),
            (&[], &[]),
        ];
        for (frames, expected) in rows {
            assert_eq!(texts(page(frames), 10), expected, "{frames:?}");
        }
    }

    #[test]
    fn the_end_is_what_is_kept() {
        assert_eq!(texts(page(&[(1, "a\nb\nc\n")]), 2), ["b", "c"]);
        let long = "x".repeat(1 << 20) + "\n";
        let kept = texts(page(&[(1, long.as_str()), (1, "end\n")]), 10);
        assert_eq!((kept[0].chars().count(), kept[1].as_str()), (LINE_CHARS_MAX + 1, "end"));
        let many = "y".repeat(4_000) + "\n";
        let frames: Vec<(u8, &str)> = (0..3_000).map(|_| (1, many.as_str())).collect();
        let kept = page(&frames);
        assert!(kept.bytes <= 2 * BYTES_MAX, "{} bytes were kept", kept.bytes);
    }

    #[test]
    fn nothing_from_before_is_shown() {
        let page = page(&[
            (1, "2026-02-07T12:00:00Z old\n"),
            (2, "2026-02-07T12:00:01.5Z new\n"),
            (1, "no time\n"),
        ]);
        let since = "2026-02-07T12:00:01Z".parse().expect("a time");
        let kept: Vec<_> = page.lines(10, Some(since)).into_iter().map(|it| it.text).collect();
        assert_eq!(kept, ["new", "no time"]);
    }
}
