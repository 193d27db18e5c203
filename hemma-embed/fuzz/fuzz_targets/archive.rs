//! Any bytes, as an archive or as a member of one, are rows of the shape that was asked for, or an
//! error.

#![no_main]

use std::io::{Cursor, Write};

use hemma_embed::archive::unpack;
use hemma_embed::{FeatureSet, Matrix, Model};
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;

const ROWS: usize = 3;
const META: &[u8] = include_bytes!("../seeds/cache_entry/current_meta.json");

fuzz_target!(|bytes: &[u8]| {
    check(bytes, &Model { dim: 8, ..Model::default() });
    check(&zipped(bytes, bytes), &Model::default());
    check(&zipped(META, bytes), &Model::default());
});

fn check(archive: &[u8], model: &Model) {
    for set in [FeatureSet::Combined, FeatureSet::Embeddings, FeatureSet::Handcrafted] {
        if let Ok((meta, rows)) = unpack(archive, ROWS, set, model) {
            let shape = |cols| Some((ROWS, cols));
            let embeddings = rows.embeddings.as_ref().map(Matrix::shape);
            let handcrafted = rows.handcrafted.as_ref().map(Matrix::shape);
            assert_eq!(embeddings, shape(model.dim).filter(|_| set.embeds()));
            let counted = meta.feature_schema.counted();
            assert_eq!(handcrafted, shape(counted).filter(|_| set.counts()));
        }
    }
}

fn zipped(meta: &[u8], matrix: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in
        [("meta.json", meta), ("embeddings.npy", matrix), ("handcrafted.npy", matrix)]
    {
        zip.start_file(name, SimpleFileOptions::default()).expect("a plain name");
        zip.write_all(bytes).expect("memory is writable");
    }
    zip.finish().expect("memory is writable").into_inner()
}
