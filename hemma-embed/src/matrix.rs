//! Vectors as one contiguous block of `f32`.

/// Rows of equal length, one after another in one allocation.
///
/// ```
/// use hemma_embed::Matrix;
///
/// let matrix = Matrix::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3).expect("2 × 3 is 6");
/// assert_eq!(matrix.shape(), (2, 3));
/// assert_eq!(matrix.row(1), Some(&[4.0, 5.0, 6.0][..]));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    values: Vec<f32>,
    rows: usize,
    cols: usize,
}

impl Matrix {
    /// Makes a matrix of values in row order. `None` unless there are `rows * cols` of them and a
    /// row has at least one.
    pub fn new(values: Vec<f32>, rows: usize, cols: usize) -> Option<Self> {
        let fits = cols > 0 && rows.checked_mul(cols) == Some(values.len());
        fits.then_some(Self { values, rows, cols })
    }

    /// The number of rows, and of values in each row.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    /// One row.
    pub fn row(&self, index: usize) -> Option<&[f32]> {
        (index < self.rows).then(|| &self.values[index * self.cols..][..self.cols])
    }

    /// All rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.cols)
    }

    /// All values, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The allocation itself.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// Writes `row` at `index`. Skipped rows hold NaN until they are written: a zero vector could
    /// be mistaken for an answer.
    pub(crate) fn place(&mut self, index: usize, row: &[f32]) {
        if index >= self.rows {
            self.grow(index + 1);
        }
        self.values[index * self.cols..][..self.cols].copy_from_slice(row);
    }

    /// Grows the matrix to `rows` rows.
    pub(crate) fn grow(&mut self, rows: usize) {
        if rows > self.rows {
            self.values.resize(rows * self.cols, f32::NAN);
            self.rows = rows;
        }
    }

    /// A matrix whose shape the caller has checked.
    pub(crate) fn of_shape(values: Vec<f32>, rows: usize, cols: usize) -> Self {
        debug_assert_eq!(values.len(), rows * cols, "the values are those of the shape");
        Self { values, rows, cols }
    }

    pub(crate) fn empty(cols: usize) -> Self {
        Self { values: Vec::new(), rows: 0, cols }
    }
}

#[cfg(feature = "ndarray")]
impl From<Matrix> for ndarray::Array2<f32> {
    fn from(matrix: Matrix) -> Self {
        Self::from_shape_vec((matrix.rows, matrix.cols), matrix.values)
            .expect("a matrix holds exactly rows * cols values")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_must_fit_the_values() {
        let rows =
            [(2, 3, true), (3, 2, true), (6, 1, true), (2, 2, false), (usize::MAX, 2, false)];
        for (rows, cols, fits) in rows {
            assert_eq!(Matrix::new(vec![0.0; 6], rows, cols).is_some(), fits, "{rows} x {cols}");
        }
        assert!(Matrix::new(Vec::new(), 0, 0).is_none(), "a row without values is no row");
    }

    #[test]
    fn rows_come_in_any_order_and_gaps_are_no_vectors() {
        let mut matrix = Matrix::empty(2);
        matrix.place(2, &[5.0, 6.0]);
        matrix.place(0, &[1.0, 2.0]);
        assert_eq!(matrix.shape(), (3, 2));
        assert_eq!(matrix.row(0), Some(&[1.0, 2.0][..]));
        assert_eq!(matrix.row(2), Some(&[5.0, 6.0][..]));
        assert!(matrix.row(1).is_some_and(|row| row.iter().all(|it| it.is_nan())));
        assert_eq!(matrix.row(3), None);
    }

    #[cfg(feature = "ndarray")]
    #[test]
    fn ndarray_gets_the_same_allocation() {
        let matrix = Matrix::new(vec![1.0, 2.0, 3.0, 4.0], 2, 2).expect("it fits");
        let address = matrix.values().as_ptr();
        let array = ndarray::Array2::from(matrix);
        assert_eq!((array[[1, 0]], array.as_ptr()), (3.0, address));
    }
}
