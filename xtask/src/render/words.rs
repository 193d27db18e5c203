//! Findings, proposals and errors as text. Colours are written always; the stream drops them
//! where nobody sees them.

use std::fmt::Write as _;
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};
use hemma_core::{Extent, Hint, Host, Report, Step, Verdict};

use crate::verbs::texts::grouped;
use crate::{Failure, Proposal, Saved};

const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// One finding a line, in columns, its evidence below it.
pub(super) fn report(report: &Report) -> String {
    let rows = report.findings.iter().map(|it| [plain(&it.subject), plain(&it.detail)]);
    let rows = columns(&rows.collect::<Vec<_>>());
    let mut text = String::new();
    for (finding, row) in report.findings.iter().zip(rows) {
        let style = match finding.verdict {
            Verdict::Pass => GREEN,
            Verdict::Fail => RED,
            Verdict::Unknown => YELLOW,
        };
        line(&mut text, format_args!("{style}{:4}{style:#}  {row}", finding.verdict.mark()));
        for evidence in &finding.evidence {
            line(&mut text, format_args!("      {FAINT}{}{FAINT:#}", plain(evidence)));
        }
    }
    text
}

/// What to do next, each once, after a blank line.
pub(super) fn hints(report: &Report) -> String {
    let mut said: Vec<String> = Vec::new();
    for hint in report.findings.iter().filter_map(|it| it.hint.as_ref()) {
        let words = hint_words(hint);
        if !said.contains(&words) {
            said.push(words);
        }
    }
    let mut text = String::new();
    for (at, words) in said.iter().enumerate() {
        line(&mut text, format_args!("{}{words}", if at == 0 { "\n" } else { "" }));
    }
    text
}

/// One step a line: a mark, the verb, what it is done to, and why.
pub(super) fn proposal(proposal: &Proposal) -> String {
    let rows =
        proposal.steps.iter().map(|it| [plain(&it.action), plain(&it.subject), plain(&it.reason)]);
    let rows = columns(&rows.collect::<Vec<_>>());
    let mut text = String::new();
    for (step, row) in proposal.steps.iter().zip(rows) {
        let verb = step.action.split(' ').next().unwrap_or_default();
        let (mark, style) = match verb {
            "remove" | "stop" => ('-', RED),
            "clone" | "create" | "build" | "start" => ('+', GREEN),
            _ => ('~', YELLOW),
        };
        line(&mut text, format_args!("{style}{mark}{style:#} {row}"));
    }
    text
}

/// What was tried, each cause, and the next thing to try.
pub(super) fn failure(failure: &Failure) -> String {
    let mut text = String::new();
    for (at, error) in failure.chain().enumerate() {
        if at == 0 {
            let words = block(&error.to_string());
            line(&mut text, format_args!("{RED}error{RED:#}: {words}"));
        } else {
            line(&mut text, format_args!("  caused by: {}", block(&error.to_string())));
        }
    }
    for evidence in failure.evidence() {
        line(&mut text, format_args!("    {FAINT}{}{FAINT:#}", plain(evidence)));
    }
    if let Some(hint) = failure.advice() {
        line(&mut text, format_args!("\n{}", hint_words(hint)));
    }
    text
}

/// What a run that did not come to its end did before, and what became of the rest.
pub(super) fn left_behind(changes: &[&Step], saved: Option<&Saved>, interrupted: bool) -> String {
    let mut text = String::new();
    let untouched = changes.iter().all(|it| it.extent == Extent::Nothing);
    if interrupted {
        let words = match saved {
            Some(saved) => format!("interrupted; {} was not written", saved.unwritten.display()),
            None if untouched => "interrupted; nothing was changed".to_owned(),
            None => "interrupted".to_owned(),
        };
        line(&mut text, format_args!("{RED}{words}{RED:#}"));
    }
    for change in changes {
        let mark = match change.extent {
            Extent::Whole => "done",
            Extent::Half => "half",
            Extent::Nothing => "not ",
        };
        line(&mut text, format_args!("  {mark}  {}", plain(&change.what)));
    }
    if interrupted && !changes.is_empty() {
        text.push_str("  the rest of the plan was not begun\n\n");
        text.push_str("hint: the same command again looks anew and does what is left\n");
    }
    text.extend(saved.map(still_there));
    text
}

/// The journal of the host lacks what was done; the one on this machine, at `here`, has it.
pub(crate) fn lost_lines(host: &Host, why: &str, here: Option<&Path>) -> String {
    let here = here.filter(|it| it.exists()).map_or_else(
        || "no other has them".to_owned(),
        |it| format!("{} on this machine has them", it.display()),
    );
    let why = plain(why);
    format!("the journal of {host} lacks lines of this run ({why}); {here}")
}

fn still_there(saved: &Saved) -> String {
    let (done, total) = (grouped(saved.done), grouped(saved.total));
    match &saved.cache {
        None => format!("  {done} of {total} texts were done, and nothing is kept\n"),
        Some(_) if saved.done == 0 => format!("  none of {total} texts was done\n"),
        Some(cache) => format!(
            "  {done} of {total} texts are done and kept in {}; the same command goes on there\n",
            cache.display()
        ),
    }
}

/// Each question and change with its time, and what they cost together.
pub(super) fn steps(steps: &[Step], handshakes: usize) -> String {
    let mut text = String::from("\n");
    for step in steps {
        let kind = if step.change { "change" } else { "look" };
        let unanswered = if step.answered { "" } else { "  (no answer)" };
        let (ms, what) = (step.took.as_millis(), plain(&step.what));
        line(&mut text, format_args!("{ms:>6} ms  {kind:6}  {}  {what}{unanswered}", step.kind));
    }
    let changes = steps.iter().filter(|it| it.change).count();
    let looks = steps.len() - changes;
    line(&mut text, format_args!("looks {looks}, changes {changes}, ssh handshakes {handshakes}"));
    text
}

fn hint_words(hint: &Hint) -> String {
    match hint {
        Hint::Run(command) => format!("{STRONG}hint{STRONG:#}: run `{}`", plain(command)),
        Hint::Do(sentence) => format!("{STRONG}hint{STRONG:#}: {}", plain(sentence)),
    }
}

/// Cells side by side, each column as wide as its widest; nothing trails.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|it| it[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|it| width(it).unwrap_or(0));
    let row = |cells: &[String; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(row).collect()
}

/// One line that does nothing but stand there: what comes from outside must not move the cursor,
/// repaint what was said before, or pass for a line of ours.
pub(crate) fn plain(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    let mut line = String::with_capacity(text.len());
    for it in text.trim_end().chars() {
        match it {
            '\n' | '\t' => line.push(' '),
            it if it.is_control() => line.extend(it.escape_default()),
            it => line.push(it),
        }
    }
    line
}

/// The same for a text of several lines; the further ones are indented.
fn block(text: &str) -> String {
    text.trim_end().lines().map(plain).collect::<Vec<_>>().join("\n    ")
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{words}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use hemma_core::Finding;

    fn uncoloured(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn findings_stand_in_columns_with_their_evidence() {
        let found = [
            Finding::pass("network hule-network", "exists"),
            Finding::fail("web", "unhealthy").evidence(["curl: (7) refused"]),
            Finding::unknown("checkout", &std::fmt::Error),
        ];
        let expected = "\
pass  network hule-network  exists
FAIL  web                   unhealthy
      curl: (7) refused
?     checkout              an error occurred when formatting an argument
";
        assert_eq!(uncoloured(&report(&found.into_iter().collect())), expected);
    }

    #[test]
    fn a_hint_is_given_once() {
        let hint = || Hint::Run("ssh hemma".to_owned());
        let found = [Finding::fail("a", "").hint(hint()), Finding::fail("b", "").hint(hint())];
        let expected = "\nhint: run `ssh hemma`\n";
        assert_eq!(uncoloured(&hints(&found.into_iter().collect())), expected);
    }

    #[test]
    fn what_was_finished_before_an_interruption_is_said() {
        let saved = |done, cache: Option<&str>| Saved {
            done,
            total: 2000,
            cache: cache.map(Into::into),
            unwritten: "m.npy".into(),
        };
        let rows = [
            (
                1280,
                Some("c"),
                "1 280 of 2 000 texts are done and kept in c; the same command goes on there",
            ),
            (0, Some("c"), "none of 2 000 texts was done"),
            (64, None, "64 of 2 000 texts were done, and nothing is kept"),
        ];
        for (done, cache, expected) in rows {
            let expected = format!("  {expected}\n");
            let left = |interrupted| left_behind(&[], Some(&saved(done, cache)), interrupted);
            assert_eq!(uncoloured(&left(false)), expected, "it failed");
            let interrupted = format!("interrupted; m.npy was not written\n{expected}");
            assert_eq!(uncoloured(&left(true)), interrupted);
        }
        assert_eq!(uncoloured(&left_behind(&[], None, true)), "interrupted; nothing was changed\n");
    }

    #[test]
    fn lines_that_the_host_lost_are_told_with_the_place_that_has_them() {
        let host = "hemma".parse().expect("an alias");
        let lost = |here| lost_lines(&host, "cat: write error: No space left on device", here);
        let begin = "the journal of hemma lacks lines of this run (cat: write error: No space left \
                     on device); ";
        let here = lost(Some(Path::new("/dev/null")));
        assert_eq!(here, format!("{begin}/dev/null on this machine has them"));
        assert_eq!(lost(None), format!("{begin}no other has them"));
    }

    #[test]
    fn what_was_refused_is_listed_as_not_done() {
        let step = |what: &str, extent| Step {
            kind: "test",
            what: what.to_owned(),
            took: std::time::Duration::ZERO,
            change: true,
            answered: extent == Extent::Whole,
            extent,
        };
        let taken = step("take the lock", Extent::Whole);
        let (half, refused) = (step("build a", Extent::Half), step("write .env", Extent::Nothing));
        let failed = left_behind(&[&taken, &half, &refused], None, false);
        assert_eq!(failed, "  done  take the lock\n  half  build a\n  not   write .env\n");
        let interrupted = uncoloured(&left_behind(&[&refused], None, true));
        assert!(interrupted.starts_with("interrupted; nothing was changed\n  not   write .env\n"));
    }

    #[test]
    fn a_proposal_reads_as_a_sentence_a_line() {
        let proposal = Proposal::default()
            .step("create", "network hule-network", "it is not there")
            .step("recreate", "service web", "its image changed")
            .step("remove", "service old", "no file names it any more");
        let expected = "\
+ create    network hule-network  it is not there
~ recreate  service web           its image changed
- remove    service old           no file names it any more
";
        assert_eq!(uncoloured(&super::proposal(&proposal)), expected);
    }

    #[test]
    fn foreign_text_cannot_move_the_cursor_or_pass_for_a_line_of_ours() {
        let rows = [
            ("a\x1b[2J\x1b[1;1Hb", "ab"),
            ("fine\npass  all is well", "fine pass  all is well"),
            ("a\rb\u{9b}2J", "a\\rb\\u{9b}2J"),
            ("åäö ✓", "åäö ✓"),
        ];
        for (from_outside, shown) in rows {
            assert_eq!(plain(from_outside), shown);
        }
    }
}
