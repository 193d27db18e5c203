//! Any bytes, in any pieces, are a matrix that writes the same bytes again, or an error.

#![no_main]

use hemma_embed::npy::{self, Expect, Reader};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 4096;

fuzz_target!(|bytes: &[u8]| {
    let whole = npy::read(bytes, Expect::AtMost(LIMIT));
    let cut = bytes.last().map_or(1, |it| usize::from(*it).max(1));
    let mut reader = Reader::new(Expect::AtMost(LIMIT));
    let pushed = bytes.chunks(cut).try_for_each(|it| reader.push(it));
    let pieces = pushed.and_then(|()| reader.finish());
    assert_eq!(whole.as_ref().ok(), pieces.as_ref().ok(), "the pieces do not matter");
    if let Ok(matrix) = whole {
        let (rows, cols) = matrix.shape();
        let again = npy::read(&npy::write(&matrix), Expect::Matrix { rows, cols });
        assert_eq!(again.as_ref(), Ok(&matrix));
    }
});
