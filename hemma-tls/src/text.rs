//! Foreign text, made safe for a terminal and shortened.

/// At most `chars_max` characters; invalid UTF-8 and control characters are replaced.
pub(crate) fn printable(bytes: &[u8], chars_max: usize) -> String {
    // A character has at most four bytes.
    let bytes = &bytes[..bytes.len().min(chars_max.saturating_mul(4))];
    let text = String::from_utf8_lossy(bytes);
    text.chars().take(chars_max).map(|it| if it.is_control() { '·' } else { it }).collect()
}
