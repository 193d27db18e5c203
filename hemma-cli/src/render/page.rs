//! Layout of text: columns, and lines that break at whole words within a terminal's width.

use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// The layout of a text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Page {
    /// The columns of a terminal. `None` for a pipe or a file, where no line is broken.
    pub width: Option<usize>,
    /// Whether many things of one kind share a line.
    pub folded: bool,
}

/// The gap between two columns.
const GAP: usize = 2;

/// The narrowest column in which a text of several words stays readable.
const NARROWEST: usize = 20;

impl Page {
    /// A line broken at whole words: the lines after the first are indented by `hang`. A word that
    /// is longer than a line has a line of its own.
    pub(crate) fn wrapped(self, text: &str, hang: usize) -> String {
        let Some(width) = self.width else { return text.to_owned() };
        let indent = " ".repeat(hang);
        let options = Options::new(width.max(NARROWEST + hang))
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        textwrap::fill(text, options)
    }

    /// Cells side by side after a mark of `lead` columns, without trailing space. If the terminal
    /// is too narrow, the last cell continues below itself, or below the others if those are long.
    pub(crate) fn columns<const N: usize>(self, lead: usize, rows: &[[String; N]]) -> Vec<String> {
        let widths = widths(rows);
        let (last, _) = self.last(lead, rows);
        rows.iter().map(|row| self.row((lead, last), &widths, row)).collect()
    }

    /// The columns left for the last cells of `rows`.
    pub(crate) fn room<const N: usize>(self, lead: usize, rows: &[[String; N]]) -> Option<usize> {
        Some(self.last(lead, rows).1?.max(NARROWEST))
    }

    /// The column of the last cells, and the columns left for them.
    fn last<const N: usize>(self, lead: usize, rows: &[[String; N]]) -> (usize, Option<usize>) {
        let widths = widths(rows);
        let ahead =
            |width: usize| widths[..N - 2].iter().map(|it| it + GAP).sum::<usize>() + width + GAP;
        let widest = ahead(widths[N - 2]);
        let Some(room) = self.width.map(|it| it.saturating_sub(lead)) else {
            return (widest, None);
        };
        if widest + widths[N - 1] <= room {
            return (widest, Some(room - widest));
        }
        // The few longer ones have a line of their own, so that all others have more room.
        let most = room * 11 / 20;
        let fitting =
            rows.iter().map(|it| ahead(display_width(&it[N - 2]))).filter(|it| *it <= most);
        let last = fitting.max().unwrap_or(most);
        (last, Some(room - last))
    }

    fn row<const N: usize>(
        self,
        (lead, last): (usize, usize),
        widths: &[usize; N],
        row: &[String; N],
    ) -> String {
        let mut line = String::new();
        for (at, cell) in row[..N - 1].iter().enumerate() {
            let gap = if cell.is_empty() && at + 2 == N { 0 } else { widths[at] + GAP };
            line.push_str(cell);
            line.push_str(&" ".repeat(gap.saturating_sub(display_width(cell))));
        }
        let cell = &row[N - 1];
        let line = line.trim_end();
        if cell.is_empty() {
            return self.hung(lead, line, lead + GAP);
        }
        let gap = last.saturating_sub(display_width(line));
        if gap < GAP && self.width.is_some() && !line.is_empty() {
            // The cells before it are too long for the last one to fit in the line.
            let below = self.hung(lead, &format!("{}{cell}", " ".repeat(last)), lead + last);
            let line = self.hung(lead, line, lead + GAP);
            return format!("{line}\n{}{below}", " ".repeat(lead));
        }
        self.hung(lead, &format!("{line}{}{cell}", " ".repeat(gap)), lead + last)
    }

    /// A line after a mark of `lead` columns, which is not part of it.
    fn hung(self, lead: usize, line: &str, hang: usize) -> String {
        let mark = "x".repeat(lead);
        let text = self.wrapped(&format!("{mark}{line}"), hang);
        text.strip_prefix(&mark).map(str::to_owned).unwrap_or(text)
    }
}

fn widths<const N: usize>(rows: &[[String; N]]) -> [usize; N] {
    let widest = |at: usize| rows.iter().map(|it| display_width(&it[at])).max();
    std::array::from_fn(|at| widest(at).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow(width: usize) -> Page {
        Page { width: Some(width), folded: true }
    }

    fn rows() -> [[String; 2]; 2] {
        [
            ["network hule-network".to_owned(), "exists".to_owned()],
            ["web".to_owned(), "it answers, but not with what was asked for".to_owned()],
        ]
    }

    #[test]
    fn a_pipe_gets_whole_lines() {
        let shown = Page::default().columns(6, &rows());
        let expected = [
            "network hule-network  exists",
            "web                   it answers, but not with what was asked for",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_narrow_terminal_gets_whole_words() {
        let shown = narrow(54).columns(6, &rows()).join("\n");
        let expected = "\
network hule-network  exists
web                   it answers, but not with
                            what was asked for";
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_too_long_for_its_column_has_a_line_of_its_own() {
        let long = "certificate of api.huleedu.hule.education at 127.0.0.1:32786";
        let rows = [
            [long.to_owned(), "trusted, 89 days left".to_owned()],
            ["web".to_owned(), "healthy".to_owned()],
        ];
        let shown = narrow(80).columns(6, &rows).join("\n");
        let expected = format!("{long}\n{:11}trusted, 89 days left\nweb{:2}healthy", "", "");
        assert_eq!(shown, expected);
    }

    #[test]
    fn no_word_is_broken_at_any_width() {
        let text = "read https://example.org/a-very-long-path/that-has-no-end/at-all and go on";
        for width in 1..90 {
            let shown = narrow(width).wrapped(text, 4);
            let words: Vec<_> = shown.split_whitespace().collect();
            assert_eq!(words, text.split(' ').collect::<Vec<_>>(), "{width}: {shown}");
        }
        for width in 1..90 {
            let shown = narrow(width).columns(6, &rows()).join(" ");
            assert!(shown.contains("hule-network") && shown.contains("answers,"), "{shown}");
        }
    }
}
