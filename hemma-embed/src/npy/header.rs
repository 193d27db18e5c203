//! The header of a `.npy` file.

use super::NpyError;

pub(super) const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The length of the magic bytes, the version and the header length.
pub(super) const PREFIX: usize = 10;
/// numpy's own limit (`max_header_size`).
pub(super) const LIMIT: usize = 10_000;

/// The content of a header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) descr: String,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<u64>,
}

/// The header of a matrix.
pub(super) fn matrix(rows: usize, cols: usize) -> Vec<u8> {
    written(&format!("({rows}, {cols})"), rows)
}

/// The header of one vector, which has 128 bytes.
pub(super) fn vector(len: usize) -> Vec<u8> {
    written(&format!("({len},)"), len)
}

fn written(shape: &str, first: usize) -> Vec<u8> {
    let mut text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    // numpy reserves 21 digits for the first axis before it pads to 64 bytes.
    let digits = first.checked_ilog10().map_or(1, |it| it as usize + 1);
    text.extend(std::iter::repeat_n(' ', 21_usize.saturating_sub(digits)));
    let total = (PREFIX + text.len() + 1).next_multiple_of(64);
    let len = u16::try_from(total - PREFIX).expect("two numbers do not fill 64 KiB");
    let mut bytes = Vec::with_capacity(total);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[1, 0]);
    bytes.extend_from_slice(&len.to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes.resize(total - 1, b' ');
    bytes.push(b'\n');
    bytes
}

/// The length of the header's text, from the first ten bytes.
pub(super) fn text_len(prefix: &[u8; PREFIX]) -> Result<usize, NpyError> {
    if !prefix.starts_with(MAGIC) {
        return Err(NpyError::NotNpy { beginning: beginning(prefix) });
    }
    let [.., major, minor, low, high] = *prefix;
    if (major, minor) != (1, 0) {
        return Err(NpyError::Version { major, minor });
    }
    let bytes = usize::from(u16::from_le_bytes([low, high]));
    if bytes > LIMIT {
        return Err(NpyError::HeaderTooLong { bytes, limit: LIMIT });
    }
    Ok(bytes)
}

/// The first bytes, made readable for a message.
pub(super) fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned()
}

/// Parses the dictionary. Its keys may be in any order.
pub(super) fn parse(text: &[u8]) -> Result<Header, NpyError> {
    let fault =
        |missing: &str| NpyError::Header { missing: missing.to_owned(), header: beginning(text) };
    let text = std::str::from_utf8(text).map_err(|_| fault("readable text"))?;
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    let mut rest = Rest(text);
    rest.eat("{").ok_or_else(|| fault("`{`"))?;
    while rest.eat("}").is_none() {
        let key = rest.quoted().ok_or_else(|| fault("readable key"))?;
        rest.eat(":").ok_or_else(|| fault("`:`"))?;
        match key {
            "descr" => descr = Some(rest.dtype().ok_or_else(|| fault("readable `descr`"))?),
            "fortran_order" => {
                fortran_order = Some(rest.truth().ok_or_else(|| fault("readable order"))?);
            }
            "shape" => shape = Some(rest.tuple().ok_or_else(|| fault("readable `shape`"))?),
            _ => return Err(fault("known key")),
        }
        if rest.eat(",").is_none() && !rest.0.trim_start().starts_with('}') {
            return Err(fault("`}`"));
        }
    }
    if !rest.0.trim().is_empty() {
        return Err(fault("end"));
    }
    Ok(Header {
        descr: descr.ok_or_else(|| fault("`descr`"))?,
        fortran_order: fortran_order.ok_or_else(|| fault("`fortran_order`"))?,
        shape: shape.ok_or_else(|| fault("`shape`"))?,
    })
}

/// The unread part of a Python literal.
struct Rest<'t>(&'t str);

impl<'t> Rest<'t> {
    fn eat(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn quoted(&mut self) -> Option<&'t str> {
        let text = self.0.trim_start();
        let quote = text.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
        let (word, rest) = text[1..].split_once(quote)?;
        self.0 = rest;
        Some(word)
    }

    /// A dtype with fields is a list. Its end is not needed, since it is refused anyway.
    fn dtype(&mut self) -> Option<String> {
        if self.0.trim_start().starts_with('[') {
            let (fields, rest) = self.0.split_once(']')?;
            self.0 = rest;
            return Some(format!("{}]", fields.trim()));
        }
        self.quoted().map(str::to_owned)
    }

    fn truth(&mut self) -> Option<bool> {
        match self.eat("True") {
            Some(()) => Some(true),
            None => self.eat("False").map(|()| false),
        }
    }

    fn tuple(&mut self) -> Option<Vec<u64>> {
        self.eat("(")?;
        let (inside, rest) = self.0.split_once(')')?;
        self.0 = rest;
        let numbers = inside.trim().trim_end_matches(',');
        if numbers.is_empty() {
            return Some(Vec::new());
        }
        numbers.split(',').map(|it| it.trim().parse().ok()).collect()
    }
}
