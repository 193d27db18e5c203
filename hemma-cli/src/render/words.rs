//! Errors and unfinished runs as text, and the words that all texts share. Colours are always
//! written; the stream drops them where they cannot be shown.

use std::fmt::Write as _;
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};
use hemma_core::{Applied, Hint, Host, Step};

use super::count::grouped;
use super::page::Page;
use crate::speaker::Speaker;
use crate::{Failure, Saved};

pub(super) const GREEN: Style = AnsiColor::Green.on_default();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(super) const RED: Style = AnsiColor::Red.on_default().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const STRONG: Style = Style::new().bold();

/// The error, its causes, and the hint.
pub(super) fn failure(page: Page, failure: &Failure, speaker: &Speaker) -> String {
    let mut text = String::new();
    for (at, error) in failure.chain().enumerate() {
        let words = speaker.text(&error.to_string());
        if at == 0 {
            let words = block(page, "error: ", &words);
            let words = words.strip_prefix("error").unwrap_or(&words);
            line(&mut text, format_args!("{RED}error{RED:#}{words}"));
        } else {
            line(&mut text, format_args!("{}", block(page, "  caused by: ", &words)));
        }
    }
    for evidence in failure.evidence() {
        let evidence = page.wrapped(&format!("    {}", plain(evidence)), 6);
        line(&mut text, format_args!("{FAINT}{evidence}{FAINT:#}"));
    }
    if let Some(hint) = failure.advice() {
        line(&mut text, format_args!("\n{}", hint_words(page, &speaker.hint(hint))));
    }
    text
}

/// The changes of an unfinished run, and what became of the rest.
pub(super) fn left_behind(
    page: Page,
    changes: &[&Step],
    saved: Option<&Saved>,
    interrupted: bool,
) -> String {
    let mut text = String::new();
    let untouched = changes.iter().all(|it| it.extent == Applied::None);
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
            Applied::Full => "done",
            Applied::Partial => "half",
            Applied::None => "not ",
        };
        let what = page.wrapped(&format!("  {mark}  {}", plain(&change.what)), 8);
        line(&mut text, format_args!("{what}"));
    }
    if interrupted && !changes.is_empty() {
        text.push_str("  the rest of the plan was not started\n\n");
        text.push_str(
            "hint: run the same command again to continue: it looks again and does the rest\n",
        );
    }
    text.extend(saved.map(still_there));
    text
}

/// The journal of the host lacks lines; the one on this machine, at `here`, has them.
pub(crate) fn lost_lines(host: &Host, why: &str, here: Option<&Path>) -> String {
    let here = here.filter(|it| it.exists()).map_or_else(
        || "no other journal has them".to_owned(),
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
            "  {done} of {total} texts are done and kept in {}; the same command continues there\n",
            cache.display()
        ),
    }
}

/// Each question and change with its time, and their totals.
pub(super) fn steps(page: Page, steps: &[Step], handshakes: usize) -> String {
    let mut text = String::from("\n");
    for step in steps {
        let kind = if step.change { "change" } else { "look" };
        let unanswered = if step.answered { "" } else { "  (no answer)" };
        let (ms, what) = (step.took.as_millis(), plain(&step.what));
        let shown = format!("{ms:>6} ms  {kind:6}  {}  {what}{unanswered}", step.kind);
        line(&mut text, format_args!("{}", page.wrapped(&shown, 19)));
    }
    let changes = steps.iter().filter(|it| it.change).count();
    let looks = steps.len() - changes;
    line(&mut text, format_args!("looks {looks}, changes {changes}, ssh handshakes {handshakes}"));
    text
}

pub(super) fn hint_words(page: Page, hint: &Hint) -> String {
    match hint {
        // A command is pasted, so it stays on one line.
        Hint::Run(command) => format!("{STRONG}hint{STRONG:#}: run `{}`", plain(command)),
        sentence => {
            let sentence = sentence.to_string();
            let words = page.wrapped(&format!("hint: {}", plain(&sentence)), 6);
            format!("{STRONG}hint{STRONG:#}{}", words.strip_prefix("hint").unwrap_or(&words))
        }
    }
}

/// The text on one line without control characters: text from outside must not move the cursor,
/// repaint earlier output, or pass for a line of hemma's.
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

/// A text of one or several lines, the later ones indented.
fn block(page: Page, lead: &str, text: &str) -> String {
    let lines = text.trim_end().lines().map(plain).enumerate();
    let lead = |at| if at == 0 { lead } else { "    " };
    lines
        .map(|(at, it)| page.wrapped(&format!("{}{it}", lead(at)), 4))
        .collect::<Vec<_>>()
        .join("\n")
}

pub(super) fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{words}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uncoloured(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
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
                "1 280 of 2 000 texts are done and kept in c; the same command continues there",
            ),
            (0, Some("c"), "none of 2 000 texts was done"),
            (64, None, "64 of 2 000 texts were done, and nothing is kept"),
        ];
        for (done, cache, expected) in rows {
            let expected = format!("  {expected}\n");
            let left = |interrupted| {
                left_behind(Page::default(), &[], Some(&saved(done, cache)), interrupted)
            };
            assert_eq!(uncoloured(&left(false)), expected, "it failed");
            let interrupted = format!("interrupted; m.npy was not written\n{expected}");
            assert_eq!(uncoloured(&left(true)), interrupted);
        }
        assert_eq!(
            uncoloured(&left_behind(Page::default(), &[], None, true)),
            "interrupted; nothing was changed\n"
        );
    }

    #[test]
    fn lines_that_the_host_lost_are_told_with_the_place_that_has_them() {
        let host = "hemma".parse().expect("an alias");
        let lost = |here| lost_lines(&host, "cat: write error: No space left on device", here);
        let begin = "the journal of hemma lacks lines of this run (cat: write error: No space left \
                     on device); ";
        let here = lost(Some(Path::new("/dev/null")));
        assert_eq!(here, format!("{begin}/dev/null on this machine has them"));
        assert_eq!(lost(None), format!("{begin}no other journal has them"));
    }

    #[test]
    fn what_was_refused_is_listed_as_not_done() {
        let step = |what: &str, extent| Step {
            kind: "test",
            what: what.to_owned(),
            took: std::time::Duration::ZERO,
            change: true,
            answered: extent == Applied::Full,
            extent,
        };
        let taken = step("take the lock", Applied::Full);
        let (half, refused) =
            (step("build a", Applied::Partial), step("write .env", Applied::None));
        let failed = left_behind(Page::default(), &[&taken, &half, &refused], None, false);
        assert_eq!(failed, "  done  take the lock\n  half  build a\n  not   write .env\n");
        let interrupted = uncoloured(&left_behind(Page::default(), &[&refused], None, true));
        assert!(interrupted.starts_with("interrupted; nothing was changed\n  not   write .env\n"));
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
