//! What strangers wrote, made safe to show on a terminal, and not too much of it.

/// At most `chars_max` characters; what is not UTF-8 is replaced, and so is whatever could drive a
/// terminal.
pub(crate) fn printable(bytes: &[u8], chars_max: usize) -> String {
    // A character has at most four bytes.
    let bytes = &bytes[..bytes.len().min(chars_max.saturating_mul(4))];
    let text = String::from_utf8_lossy(bytes);
    text.chars().take(chars_max).map(|it| if it.is_control() { '·' } else { it }).collect()
}
