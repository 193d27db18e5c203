//! The escapes of a value in double quotes.

/// Resolves the escapes. `\$` becomes `$$`, which the later expansion takes for a literal `$`.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let Some(it) = after.chars().next() else {
            out.push('\\');
            return out;
        };
        let mut used = it.len_utf8();
        match it {
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\u{b}'),
            '"' | '\\' => out.push(it),
            '$' => out.push_str("$$"),
            '0' => used += octal(&after[1..], &mut out),
            // Not an escape: the backslash stays, and what follows it may begin another one.
            _ => {
                out.push('\\');
                used = 0;
            }
        }
        rest = &after[used..];
    }
    out.push_str(rest);
    out
}

/// `\0` and up to three digits. Compose knows it only with three octal digits that fit a byte; of
/// anything else the zero is lost and the rest stays. Returns how many bytes of `after` were used.
fn octal(after: &str, out: &mut String) -> usize {
    let digits = after.bytes().take(3).take_while(u8::is_ascii_digit).count();
    match u8::from_str_radix(&after[..digits], 8) {
        Ok(code) if digits == 3 => out.push(char::from(code)),
        _ => {
            out.push('\\');
            out.push_str(&after[..digits]);
        }
    }
    digits
}
