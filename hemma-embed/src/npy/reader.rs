//! Reads a matrix as its bytes arrive.

use super::{NpyError, header};
use crate::Matrix;

/// The shape that the reader accepts. It fixes the memory before the first byte, so a header cannot
/// make the reader allocate more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// One vector of this length.
    Vector(usize),
    /// A matrix of exactly this shape.
    Matrix {
        /// The number of rows.
        rows: usize,
        /// The number of values in each row.
        cols: usize,
    },
    /// A vector or matrix of any shape with at most this many values.
    AtMost(usize),
}

/// Reads a file that arrives in pieces. Each piece is copied once, into its final place.
///
/// ```
/// use hemma_embed::npy::{self, Expect, Reader};
///
/// let file = npy::write_vector(&[1.0, 2.0, 3.0]);
/// let mut reader = Reader::new(Expect::Vector(3));
/// for piece in file.chunks(7) {
///     reader.push(piece)?;
/// }
/// assert_eq!(reader.finish()?.values(), [1.0, 2.0, 3.0]);
/// # Ok::<(), npy::NpyError>(())
/// ```
#[derive(Debug)]
pub struct Reader {
    expect: Expect,
    header: Vec<u8>,
    body: Option<Body>,
}

/// The values; the first `filled` bytes have arrived, and the first `checked` are known to be
/// finite.
#[derive(Debug)]
struct Body {
    values: Vec<f32>,
    rows: usize,
    cols: usize,
    filled: usize,
    checked: usize,
}

/// Reads a whole file.
pub fn read(bytes: &[u8], expect: Expect) -> Result<Matrix, NpyError> {
    let mut reader = Reader::new(expect);
    reader.push(bytes)?;
    reader.finish()
}

impl Reader {
    /// A reader before the first byte.
    pub fn new(expect: Expect) -> Self {
        Self { expect, header: Vec::new(), body: None }
    }

    /// Reads the next piece.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), NpyError> {
        if let Some(body) = &mut self.body {
            return body.push(piece, self.header.len());
        }
        // A file that cannot be `.npy` is refused at its first bytes and not after ten: the rest
        // may never arrive.
        let mut piece = self.take_header(piece, header::PREFIX);
        if !header::MAGIC.starts_with(&self.header[..self.header.len().min(header::MAGIC.len())]) {
            let whole = [&self.header, piece].concat();
            return Err(NpyError::NotNpy { beginning: header::beginning(&whole) });
        }
        let Some(prefix) = self.header.first_chunk() else { return Ok(()) };
        let len = header::PREFIX + header::text_len(prefix)?;
        piece = self.take_header(piece, len);
        if self.header.len() < len {
            return Ok(());
        }
        let (rows, cols) = agreed(self.expect, &self.header[header::PREFIX..])?;
        let values = vec![0.0; rows * cols];
        let body = self.body.insert(Body { values, rows, cols, filled: 0, checked: 0 });
        body.push(piece, len)
    }

    /// The matrix, if all of it has arrived.
    pub fn finish(self) -> Result<Matrix, NpyError> {
        let got = self.header.len() + self.body.as_ref().map_or(0, |it| it.filled);
        let Some(body) = self.body else {
            let len = self.header.first_chunk().and_then(|it| header::text_len(it).ok());
            return Err(NpyError::Truncated { expected: header::PREFIX + len.unwrap_or(1), got });
        };
        let expected = self.header.len() + size_of_val(&body.values[..]);
        if got < expected {
            return Err(NpyError::Truncated { expected, got });
        }
        Ok(Matrix::of_shape(body.values, body.rows, body.cols))
    }

    fn take_header<'p>(&mut self, piece: &'p [u8], len: usize) -> &'p [u8] {
        let missing = len.saturating_sub(self.header.len());
        let (header, rest) = piece.split_at(missing.min(piece.len()));
        self.header.extend_from_slice(header);
        rest
    }
}

impl Body {
    fn push(&mut self, piece: &[u8], header: usize) -> Result<(), NpyError> {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.values);
        let Some(room) = bytes.get_mut(self.filled..self.filled + piece.len()) else {
            return Err(NpyError::ExtraBytes { expected: header + bytes.len() });
        };
        room.copy_from_slice(piece);
        self.filled += piece.len();
        self.check()
    }

    /// Checks new values while they are still in the processor's cache.
    fn check(&mut self) -> Result<(), NpyError> {
        let complete = self.filled / size_of::<f32>();
        let fresh = &mut self.values[self.checked..complete];
        if cfg!(target_endian = "big") {
            for value in fresh.iter_mut() {
                *value = f32::from_bits(value.to_bits().swap_bytes());
            }
        }
        // One pass without a branch per value, which the compiler vectorizes.
        if !fresh.iter().fold(true, |all, it| all & it.is_finite()) {
            let first = fresh.iter().position(|it| !it.is_finite()).unwrap_or_default();
            let at = self.checked + first;
            return Err(NpyError::NotFinite { row: at / self.cols, column: at % self.cols });
        }
        self.checked = complete;
        Ok(())
    }
}

/// The shape, if the header matches the expected one.
fn agreed(expect: Expect, text: &[u8]) -> Result<(usize, usize), NpyError> {
    let header = header::parse(text)?;
    if header.descr != "<f4" {
        return Err(NpyError::Dtype { found: header.descr });
    }
    if header.fortran_order {
        return Err(NpyError::FortranOrder);
    }
    let expected = match expect {
        Expect::Vector(len) => format!("({len},)"),
        Expect::Matrix { rows, cols } => format!("({rows}, {cols})"),
        Expect::AtMost(values) => format!("one or two axes of at most {values} values"),
    };
    let shape = |rows: u64, cols: u64| {
        let (rows, cols) = (usize::try_from(rows).ok()?, usize::try_from(cols).ok()?);
        (cols > 0).then_some((rows, cols))
    };
    let fits = |(rows, cols): &(usize, usize)| match expect {
        Expect::Vector(len) => header.shape.len() == 1 && *cols == len,
        Expect::Matrix { rows: r, cols: c } => header.shape.len() == 2 && (*rows, *cols) == (r, c),
        Expect::AtMost(values) => rows.checked_mul(*cols).is_some_and(|it| it <= values),
    };
    let addressable = |(rows, cols): &(usize, usize)| {
        let bytes = rows.checked_mul(*cols).and_then(|it| it.checked_mul(size_of::<f32>()));
        bytes.is_some_and(|it| isize::try_from(it).is_ok())
    };
    let found = match header.shape[..] {
        [len] => shape(1, len),
        [rows, cols] => shape(rows, cols),
        _ => None,
    };
    found.filter(fits).filter(addressable).ok_or_else(|| {
        let axes: Vec<String> = header.shape.iter().map(u64::to_string).collect();
        let comma = if axes.len() == 1 { "," } else { "" };
        NpyError::Shape { found: format!("({}{comma})", axes.join(", ")), expected }
    })
}
