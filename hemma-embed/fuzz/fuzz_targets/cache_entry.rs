//! Any bytes in the place of a cache entry are that entry, or count as missing.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use hemma_embed::cache::{Cache, Key};
use hemma_embed::{Model, npy};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static DIR: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a place for files"));

fuzz_target!(|bytes: &[u8]| {
    let cache = Cache::at(DIR.path());
    let drawer = cache.embeddings(3);
    let path = drawer.path(&Key::embed(&Model::default(), ""));
    for file in [&path, &DIR.path().join("offload_handcrafted/current_meta.json")] {
        fs::create_dir_all(file.parent().expect("it has one")).expect("writable");
        fs::write(file, bytes).expect("writable");
    }
    if let Some(row) = drawer.read(&Key::embed(&Model::default(), "")).expect("it can be read") {
        assert_eq!(npy::write_vector(&row).len(), 140);
    }
    if let Some(meta) = cache.current_meta().expect("it can be read") {
        cache.keep_meta(&meta).expect("writable");
        assert_eq!(cache.current_meta(), Ok(Some(meta)));
    }
});
