//! A picture that is redrawn in place, and the differences between two looks.

use hemma_core::{Finding, Report};

use super::size::Size;

/// A text as one picture of a terminal's size: the old content is painted over, and lines that do
/// not fit are counted.
pub(super) fn picture(text: &str, size: Size) -> String {
    // The last row is the cursor's: with a line in it the terminal would scroll.
    let room = size.rows.saturating_sub(1).max(1);
    let lines: Vec<&str> = text.lines().collect();
    let shown = if lines.len() > room { room.saturating_sub(1) } else { lines.len() };
    let mut picture = String::from(HOME);
    for line in &lines[..shown] {
        picture.push_str(line);
        picture.push_str(END_OF_LINE);
    }
    if lines.len() > shown {
        let more = format!("… {} lines more: a larger terminal shows them", lines.len() - shown);
        picture.push_str(&more);
        picture.push_str(END_OF_LINE);
    }
    picture.push_str(REST);
    picture
}

/// Moves the cursor to the first row and column.
const HOME: &str = "\u{1b}[H";
/// Clears the rest of the line.
const END_OF_LINE: &str = "\u{1b}[K\r\n";
/// Clears the lines below.
const REST: &str = "\u{1b}[J";

/// The differences between two looks: new or changed findings, and the subjects of those that are
/// gone.
pub(crate) fn changes<'r>(
    before: &'r Report,
    after: &'r Report,
) -> (Vec<&'r Finding>, Vec<&'r str>) {
    let same = |a: &Finding, b: &Finding| {
        a.subject == b.subject
            && a.verdict == b.verdict
            && steady(&a.detail) == steady(&b.detail)
            && a.evidence == b.evidence
    };
    let found = |it: &&Finding| !before.findings.iter().any(|old| same(old, it));
    let gone = |it: &&Finding| !after.findings.iter().any(|new| new.subject == it.subject);
    let others = after.findings.iter().filter(found).collect();
    let subjects = before.findings.iter().filter(gone).map(|it| it.subject.as_str()).collect();
    (others, subjects)
}

/// The detail without a duration, which changes with each look.
fn steady(detail: &str) -> &str {
    detail.split_once(", up ").map_or(detail, |it| it.0)
}

#[cfg(test)]
mod tests {
    use hemma_core::FindingId;

    use super::*;

    fn seen(columns: u16, rows: u16, texts: &[&str]) -> Vec<String> {
        let mut screen = vt100::Parser::new(rows, columns, 100);
        let size = Size { columns: columns.into(), rows: rows.into() };
        for text in texts {
            screen.process(picture(text, size).as_bytes());
        }
        assert_eq!(screen.screen().scrollback(), 0);
        screen.screen().rows(0, columns).map(|it| it.trim_end().to_owned()).collect()
    }

    #[test]
    fn a_picture_takes_the_place_of_the_one_before() {
        let shown = seen(20, 5, &["one long line\ntwo\nthree\n", "one\ntwo\n"]);
        assert_eq!(shown, ["one", "two", "", "", ""]);
    }

    #[test]
    fn a_picture_that_is_too_long_says_how_much_is_left_out() {
        let shown = seen(60, 4, &["1\n2\n3\n4\n5\n"]);
        assert_eq!(shown[..2], ["1", "2"]);
        assert!(shown[2].starts_with("… 3 lines more"), "{shown:?}");
        let tiny = picture("1\n2\n", Size { columns: 9, rows: 1 });
        assert_eq!(tiny.matches('\n').count(), 1, "{tiny:?}");
    }

    #[test]
    fn a_look_that_finds_the_same_has_no_changes() {
        let report = |found: &[(&str, &str)]| -> Report {
            found.iter().map(|it| Finding::pass(FindingId::default(), it.0, it.1)).collect()
        };
        let before = report(&[("service a", "healthy, up 8 seconds"), ("service b", "running")]);
        let after = report(&[("service a", "healthy, up 11 seconds"), ("service c", "running")]);
        let (others, gone) = changes(&before, &after);
        let others: Vec<_> = others.iter().map(|it| it.subject.as_str()).collect();
        assert_eq!((others, gone), (vec!["service c"], vec!["service b"]));
        let mut worse = before.clone();
        worse.findings[0] = Finding::fail(FindingId::default(), "service a", "unhealthy");
        assert_eq!(changes(&before, &worse).0.len(), 1);
    }
}
