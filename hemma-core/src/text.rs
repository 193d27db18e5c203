//! Formats text from outside, and sizes, for a terminal.

/// One line of at most `chars_max` characters, without control sequences.
///
/// Log lines and health checks contain any text that the application prints, and the operator's
/// terminal obeys escape sequences.
pub fn plain(text: &str, chars_max: usize) -> String {
    let mut out = String::new();
    let mut rest = text.trim_end().chars();
    let mut count = 0;
    while let Some(it) = rest.next() {
        if it == '\u{1b}' {
            skip_escape(&mut rest);
            continue;
        }
        let it = if it == '\t' || it == '\n' { ' ' } else { it };
        if it.is_control() || turns_direction(it) {
            continue;
        }
        if count == chars_max {
            out.push('…');
            break;
        }
        out.push(it);
        count += 1;
    }
    out
}

/// A number of bytes in decimal units: `7.3 MB`.
pub fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut tenths = bytes / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < units.len() {
        (tenths, unit) = (tenths / 1000, unit + 1);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, units[unit])
}

/// Skips `ESC [ … letter`, `ESC ] … BEL`, or `ESC` and one character.
fn skip_escape(rest: &mut std::str::Chars<'_>) {
    match rest.next() {
        Some('[') => {
            rest.find(|it| ('\u{40}'..='\u{7e}').contains(it));
        }
        Some(']') => {
            rest.find(|it| matches!(it, '\u{7}' | '\u{9c}'));
        }
        _ => {}
    }
}

/// Whether a character changes the writing direction, which makes a line look like another one.
fn turns_direction(it: char) -> bool {
    matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_the_units_of_disks() {
        let rows = [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (999_999, "999.9 kB"),
            (1_000_000, "1.0 MB"),
            (7_345_678, "7.3 MB"),
            (1 << 30, "1.0 GB"),
            (u64::MAX, "18446744.0 TB"),
        ];
        for (bytes, shown) in rows {
            assert_eq!(size(bytes), shown);
        }
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        let rows = [
            ("plain words\n", "plain words"),
            ("\u{1b}[31mred\u{1b}[0m and \u{1b}]0;title\u{7}done", "red and done"),
            ("a\tb\r\nc\u{8}d", "a b cd"),
            ("\u{202e}txt.exe", "txt.exe"),
            ("åäö日本", "åäö日本"),
            ("123456789012345", "123456789012…"),
            ("\u{1b}[", ""),
        ];
        for (given, expected) in rows {
            let max = if given.len() == 15 && given.starts_with('1') { 12 } else { 100 };
            assert_eq!(plain(given, max), expected, "{given:?}");
        }
    }
}
