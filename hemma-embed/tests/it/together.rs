//! Several clients write into one cache at once: a reader gets a whole entry or none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hemma_embed::cache::{Cache, Key};
use serde_json::json;

use crate::numpy::python;
use crate::offload::model;
use crate::runs::texts;

/// As long as a real one, so that Python writes its head and its values one after the other.
const COLS: usize = 768;

/// How often everything is read and written at least, also where there is no Python.
const ROUNDS: usize = 40;

/// The Python client's way of writing, which is not atomic, and a process that removes entries.
const WRITE: &str = r#"
os.makedirs("offload_embeddings", exist_ok=True)
for round in range(given["rounds"]):
    for at, text in enumerate(given["texts"]):
        name = hashlib.sha256(f"{given['model']}|512|{text}".encode("utf-8")).hexdigest()
        path = f"offload_embeddings/{name}.npy"
        if (round + at) % 7 == 0 and os.path.exists(path):
            os.remove(path)
        np.save(path, np.full(given["cols"], at + 0.5, np.float32))
print(json.dumps(given["rounds"] * len(given["texts"])))
"#;

fn values(at: usize) -> Vec<f32> {
    vec![f32::from(u8::try_from(at).expect("few texts")) + 0.5; COLS]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_a_miss_or_a_whole_entry_whoever_writes() {
    let dir = tempfile::tempdir().expect("a place for files");
    let texts = texts(40);
    let keys: Arc<[Key]> = texts.iter().map(|it| Key::embed(&model(), it)).collect();
    let over = Arc::new(AtomicBool::new(false));
    // Each has a handle of its own, as another process would.
    let each = |work: fn(&Cache, usize, &Key) -> usize| {
        let (cache, keys) = (Cache::at(dir.path()), Arc::clone(&keys));
        let over = Arc::clone(&over);
        tokio::task::spawn_blocking(move || {
            let (mut round, mut done) = (0, 0);
            while round < ROUNDS || !over.load(Ordering::Relaxed) {
                done +=
                    keys.iter().enumerate().map(|(at, key)| work(&cache, at, key)).sum::<usize>();
                round += 1;
            }
            done
        })
    };
    let write = |cache: &Cache, at: usize, key: &Key| {
        cache.embeddings(COLS).write(key, &values(at)).expect("writable");
        1
    };
    let read = |cache: &Cache, at: usize, key: &Key| {
        let found = cache.embeddings(COLS).read(key).expect("an entry or a miss");
        found.map_or(0, |row| {
            assert_eq!(row, values(at), "of text {at}");
            1
        })
    };
    let work = [each(write), each(write), each(read), each(read)];
    let given = json!({"model": model().name, "cols": COLS, "texts": texts, "rounds": ROUNDS});
    let by_python = python(WRITE, dir.path(), &given).await;
    over.store(true, Ordering::Relaxed);
    for it in work {
        assert!(it.await.expect("it saw nothing wrong") > 0);
    }
    if let Some(count) = by_python {
        assert_eq!(count, json!(ROUNDS * keys.len()));
    }
    for (at, key) in keys.iter().enumerate() {
        let last = Cache::at(dir.path()).embeddings(COLS).read(key).expect("an entry or a miss");
        assert_eq!(last, Some(values(at)), "each ends with a whole entry");
    }
}
