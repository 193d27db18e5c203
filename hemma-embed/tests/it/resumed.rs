//! Runs with a cache: what the last one did, the next one does not do again.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use hemma_embed::cache::{Cache, Key};
use hemma_embed::{Client, FeatureSet, Options, RunError, ServerUrl, npy};

use crate::offload::{COUNTED, DIM, embedded, extracted, matrix, meta, model, options, sound};
use crate::runs::{essays, texts};
use crate::server::{Reply, Server};

fn with_cache(url: &ServerUrl, at: &Path) -> Client {
    Client::new(url.clone(), Options { cache: Some(Cache::at(at)), ..options() })
}

fn asked_texts(server: &Server) -> Vec<String> {
    server.asked().iter().flat_map(|it| it.list("texts")).collect()
}

#[tokio::test]
async fn a_second_run_asks_only_for_what_is_missing() {
    let dir = tempfile::tempdir().expect("a place for files");
    let server = Server::start(|asked| sound(asked).after(Duration::from_millis(2))).await;
    let texts = texts(3000);
    // Killed at several moments of the same run: dropping it is all that a kill does to it.
    let mut handed_out = HashSet::new();
    for stop in [1, 3, 10] {
        let mut parts = with_cache(&server.url, dir.path()).embed(&texts);
        for _ in 0..stop {
            let part = parts.next().await.expect("there are many").expect("a sound server");
            handed_out.extend(part.at().to_vec());
        }
    }
    let drawer = Cache::at(dir.path()).embeddings(DIM);
    let kept = |at: &usize| drawer.path(&Key::embed(&model(), &texts[*at])).is_file();
    assert!(handed_out.iter().all(kept), "what was handed out is kept");
    let kept = (0..3000).filter(kept).count();
    // One that no request of the runs before is still on its way to.
    drop(server);
    let server = Server::start(sound).await;
    let gathered = with_cache(&server.url, dir.path()).embed(&texts).gather().await;
    let gathered = gathered.expect("a sound server");
    assert_eq!(gathered.rows.embeddings, Some(matrix(&texts, DIM)));
    let asked = asked_texts(&server).len();
    assert_eq!((asked, gathered.from_server), (gathered.from_server, 3000 - gathered.from_cache));
    assert!(gathered.from_cache >= kept, "{} of {kept}", gathered.from_cache);

    drop(server);
    let url = "http://127.0.0.1:1".parse().expect("plain");
    let gathered = with_cache(&url, dir.path()).embed(&texts).gather().await;
    let gathered = gathered.expect("all of it is in the cache, so nobody is asked");
    assert_eq!(gathered.from_cache, 3000);
    assert_eq!(gathered.rows.embeddings, Some(matrix(&texts, DIM)));
}

#[tokio::test]
async fn damaged_entries_are_asked_for_again() {
    let dir = tempfile::tempdir().expect("a place for files");
    let server = Server::start(sound).await;
    let texts = texts(600);
    let run = || async { with_cache(&server.url, dir.path()).embed(&texts).gather().await };
    run().await.expect("a sound server");
    let drawer = Cache::at(dir.path()).embeddings(DIM);
    for (at, len) in [(3, 0), (300, 100), (599, 159)] {
        let path = drawer.path(&Key::embed(&model(), &texts[at]));
        let bytes = std::fs::read(&path).expect("there");
        std::fs::write(path, &bytes[..len]).expect("writable");
    }
    let before = server.asked().len();
    let gathered = run().await.expect("a sound server");
    assert_eq!((gathered.from_cache, gathered.from_server), (597, 3));
    assert_eq!(server.asked().len(), before + 1);
    assert_eq!(gathered.rows.embeddings, Some(matrix(&texts, DIM)));
}

#[tokio::test]
async fn features_come_back_from_server_and_cache_alike() {
    let dir = tempfile::tempdir().expect("a place for files");
    let server = Server::start(sound).await;
    let (essays, texts) = (essays(150), texts(150));
    for (set, embeds, counts) in [
        (FeatureSet::Combined, true, true),
        (FeatureSet::Embeddings, true, false),
        (FeatureSet::Handcrafted, false, true),
    ] {
        let run = || async {
            let client = with_cache(&server.url, dir.path());
            client.extract(essays.clone(), set).gather().await.expect("a sound server")
        };
        let rows = run().await;
        let again = run().await;
        assert_eq!((again.from_cache, again.from_server), (150, 0), "{set:?}");
        assert_eq!(rows.rows, again.rows);
        assert!(rows.meta.is_some() || !counts, "the server says how it made them");
        assert_eq!(again.meta.is_some(), counts, "the cache knows of features only");
        assert_eq!(rows.rows.embeddings, embeds.then(|| matrix(&texts, DIM)));
        assert_eq!(rows.rows.handcrafted, counts.then(|| matrix(&texts, COUNTED)));
    }
    assert_eq!(server.asked().len(), 3, "the first run left all that the others need");
    let keys = Cache::at(dir.path()).embeddings(DIM);
    let entry = std::fs::read(keys.path(&Key::extract(&model(), &texts[0]))).expect("there");
    let row = matrix(&texts[..1], DIM);
    assert_eq!(entry, npy::write_vector(row.values()));
}

#[tokio::test]
async fn another_server_in_the_middle_of_a_run_is_an_error_with_both_names() {
    let dir = tempfile::tempdir().expect("a place for files");
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/v1/extract" => {
            let digit = if seen.fetch_add(1, Ordering::SeqCst) < 2 { 'a' } else { 'b' };
            extracted(asked, &meta(digit))
        }
        _ => sound(asked),
    })
    .await;
    let client = Client::new(
        server.url.clone(),
        Options { concurrency: 1, cache: Some(Cache::at(dir.path())), ..options() },
    );
    let run = || async { client.extract(essays(300), FeatureSet::Combined).gather().await };
    let error = run().await.expect_err("two servers in one matrix");
    let (a, b) = ("a".repeat(64), "b".repeat(64));
    let words = format!("the server's fingerprint changed from {a} to {b} within one run");
    assert_eq!(error.to_string(), words);
    let gathered = run().await.expect("the next run begins with what the new one gave");
    assert_eq!((gathered.from_cache, gathered.from_server), (64, 236));
}

#[tokio::test]
async fn a_server_with_another_model_ends_the_run_before_the_cache_has_any_of_it() {
    let dir = tempfile::tempdir().expect("a place for files");
    let other = |texts: &[String]| match embedded(texts) {
        Reply::Whole { status, body, pause, .. } => {
            Reply::Whole { status, headers: Vec::new(), body, pause }
                .header("X-Embedding-Model", "x/y")
        }
        reply => reply,
    };
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/v1/embed" => other(&asked.list("texts")),
        _ => sound(asked),
    })
    .await;
    let error = with_cache(&server.url, dir.path()).embed(texts(500)).gather().await;
    assert!(matches!(error, Err(RunError::OtherModel { .. })), "{error:?}");
    assert_eq!(std::fs::read_dir(dir.path()).expect("there").count(), 0);
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_stops_the_run() {
    let dir = tempfile::tempdir().expect("a place for files");
    std::fs::write(dir.path().join("offload_embeddings"), "a file").expect("writable");
    let server = Server::start(sound).await;
    let error = with_cache(&server.url, dir.path()).embed(texts(5)).gather().await;
    assert!(matches!(error, Err(RunError::Cache { .. })), "{error:?}");
}
