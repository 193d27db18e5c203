//! The log of a background supervisor. It has at most three files, so that a year of a bad line
//! does not fill the disk.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::state::{Snapshot, State};

const FILE_BYTES_MAX: u64 = 1 << 20;
const OLD_FILES: u32 = 2;

/// The number of bytes at the end of the log that are read.
const TAIL_BYTES_MAX: u64 = 256 << 10;

#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: File,
    bytes: u64,
    seen: Option<Snapshot>,
}

impl Log {
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(&path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { path, file, bytes, seen: None })
    }

    /// Writes what has changed since the last snapshot.
    pub(super) fn changes(&mut self, now: jiff::Timestamp, fresh: &Snapshot) -> io::Result<()> {
        for line in news(self.seen.as_ref(), fresh) {
            self.line(now, &line)?;
        }
        self.seen = Some(fresh.clone());
        Ok(())
    }

    pub(super) fn line(&mut self, now: jiff::Timestamp, line: &str) -> io::Result<()> {
        if self.bytes > FILE_BYTES_MAX {
            self.rotate()?;
        }
        // Text from the host must not begin lines of its own.
        let line: String = line.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        let line = format!("{now:.3} {line}\n");
        self.bytes += line.len() as u64;
        self.file.write_all(line.as_bytes())
    }

    fn rotate(&mut self) -> io::Result<()> {
        for age in (1..OLD_FILES).rev() {
            let _ = std::fs::rename(self.old(age), self.old(age + 1));
        }
        std::fs::rename(&self.path, self.old(1))?;
        let seen = self.seen.take();
        *self = Self { seen, ..Self::open(self.path.clone())? };
        Ok(())
    }

    fn old(&self, age: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{age}"));
        name.into()
    }
}

/// The last lines of a log; empty if there is no log.
pub(super) fn tail(path: &Path, lines: usize) -> io::Result<Vec<String>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let begin = file.metadata()?.len().saturating_sub(TAIL_BYTES_MAX);
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    // The first line is incomplete unless it begins the file.
    let whole = text.lines().skip(usize::from(begin > 0)).map(str::to_owned).collect::<Vec<_>>();
    Ok(whole[whole.len().saturating_sub(lines)..].to_vec())
}

/// One line for each change. A further attempt is only logged if its reason differs.
fn news(before: Option<&Snapshot>, now: &Snapshot) -> Vec<String> {
    let same = |a: &State, b: &State| match (a, b) {
        (State::Reconnecting { reason: a, .. }, State::Reconnecting { reason: b, .. }) => a == b,
        (a, b) => a == b,
    };
    let mut lines = Vec::new();
    if !before.is_some_and(|it| same(&it.link, &now.link)) {
        lines.push(format!("link to {}: {}", now.host, now.link));
    }
    for forward in &now.forwards {
        let known = before.and_then(|it| it.forward(&forward.name));
        if !known.is_some_and(|it| same(&it.state, &forward.state)) {
            lines.push(format!("{}: {}", forward.name, forward.state));
        }
    }
    let gone = before.into_iter().flat_map(|it| &it.forwards);
    let gone = gone.filter(|it| now.forward(&it.name).is_none());
    lines.extend(gone.map(|it| format!("{}: closed", it.name)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_rotates_and_its_end_is_read() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("tunnel.log");
        let mut log = Log::open(path.clone()).expect("writable");
        let now = jiff::Timestamp::from_second(1_700_000_000).expect("in range");
        for count in 0..40_000 {
            log.line(now, &format!("line {count} {}", "x".repeat(80))).expect("writable");
        }
        log.line(now, "two\nlines").expect("writable");
        let files = std::fs::read_dir(dir.path()).expect("readable").flatten();
        let sizes: Vec<u64> = files.map(|it| it.metadata().expect("there").len()).collect();
        assert_eq!(sizes.len(), 3, "{sizes:?}");
        assert!(sizes.iter().all(|it| *it < FILE_BYTES_MAX + 1000), "{sizes:?}");
        let tail = tail(&path, 1).expect("readable");
        assert_eq!(tail, ["2023-11-14T22:13:20.000Z two lines"]);
    }
}
