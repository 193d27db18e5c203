//! Playing a recorded scene in-process, to see what the operator would see.
//!
//! For storyboard tests, here and in repositories that add sections of their own.

use std::fmt;

use hemma_core::{Cassette, Exchange};

use crate::app::{Answers, Stage};
use crate::interrupt::Interrupts;
use crate::render::Terminal;
use crate::{App, Exit};

/// The output of a played scene. Its text is one block of a storyboard.
#[derive(Debug)]
pub struct Played {
    /// The command line after `cargo xtask`.
    pub typed: String,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code.
    pub exit: Exit,
    /// The exchanges of the recording that were not used. A complete scene uses all.
    pub unplayed: Vec<Exchange>,
}

/// The number of progress lines from which on only the beginning and the end are shown.
const PROGRESS_LINES: usize = 4;

impl App {
    /// Plays the scene of a cassette: runs its command line, and answers from the recording.
    pub async fn play(&self, cassette: Cassette) -> Result<Played, clap::Error> {
        let typed = cassette.scene.typed.clone();
        let call = self.parse(words(&typed).iter().map(String::as_str))?;
        let (terminal, out, err) = Terminal::kept(&call.flags);
        let (here, interrupts) = (std::path::PathBuf::new(), Interrupts::never());
        let answers = Answers::Cassette(cassette);
        let stage = Stage { here, terminal, interrupts, answers };
        let ended = Box::pin(self.perform(call, stage)).await;
        let unplayed = ended.scene.map(|(world, _)| world.unplayed()).unwrap_or_default();
        Ok(Played { typed, stdout: out.text(), stderr: err.text(), exit: ended.exit, unplayed })
    }
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ cargo xtask {}", self.typed)?;
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            writeln!(f, "--- stderr")?;
            f.write_str(&shortened(&self.stderr))?;
        }
        writeln!(f, "[exit {}]", self.exit)
    }
}

/// The progress, shortened: readers of a storyboard need not see all of it.
fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let progress = |it: &&str| it.starts_with("  ") && !it.starts_with("  caused by");
    let mut shown = Vec::new();
    for run in lines.chunk_by(|a, b| progress(a) == progress(b)) {
        let long = progress(&run[0]) && run.len() > 2 * PROGRESS_LINES + 1;
        if long {
            let (head, tail) = (&run[..PROGRESS_LINES], &run[run.len() - PROGRESS_LINES..]);
            let left_out = format!("  … {} lines …", run.len() - head.len() - tail.len());
            shown.extend(head.iter().copied().map(String::from));
            shown.push(left_out);
            shown.extend(tail.iter().copied().map(String::from));
        } else {
            shown.extend(run.iter().copied().map(String::from));
        }
    }
    shown.join("\n") + "\n"
}

/// The words of a typed line. Words with spaces are in single quotes, as for a shell.
pub(crate) fn words(typed: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for it in typed.chars() {
        match it {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            it => word.get_or_insert_default().push(it),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_line_is_read_as_a_shell_would() {
        let rows = [
            ("day2 external-network --yes", vec!["day2", "external-network", "--yes"]),
            ("logs 'a b' ''", vec!["logs", "a b", ""]),
            ("  deploy ", vec!["deploy"]),
        ];
        for (typed, read) in rows {
            assert_eq!(words(typed), read);
        }
    }

    #[test]
    fn long_progress_is_told_by_its_ends() {
        let long: String =
            (1..=20).fold("before\n".to_owned(), |text, it| format!("{text}  {it}\n"));
        let shown = "before\n  1\n  2\n  3\n  4\n  … 12 lines …\n  17\n  18\n  19\n  20\n";
        assert_eq!(shortened(&long), shown);
        assert_eq!(shortened("  1\n  2\nafter\n"), "  1\n  2\nafter\n");
    }
}
