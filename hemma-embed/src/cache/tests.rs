use std::path::Path;

use super::*;
use crate::{Essay, Model, npy};

/// The keys are compared with those of the Python client.
#[test]
fn keys_are_those_of_the_python_client() {
    let essay = |text: &str| Essay { text: text.to_owned(), prompt: "Prompt".to_owned() };
    let rows = [
        (
            essay("Hello world."),
            "59c7c1f30bf1b10a6817c9779588a6e015b96b049f1ee89b69dba62f1d183b11",
            "8a0700ac4465370474df3b4a615661ddf57a2e93d6c0b084b26d72dd8bf19d6a",
            "6feb7602bc42f691cbcc8aae0c68062793a6ad0663fbd26749d41d167bc0e48d",
        ),
        (
            essay("Åäö 😀 – \"q\"\n"),
            "a1edb639b9e0d51760d5ff4920caa9a9a299106c7b8ca72ba7dd49615043016b",
            "8f4fe67df91af389127dbc8bdb7c670b0b7fe085b5e84188db7e872f2877af7c",
            "8e7f9429355b1f98e15c679a8dc485e10dce9f8e85c2614c8644b588e1248f3b",
        ),
    ];
    let model = Model::default();
    for (essay, embed, extract, handcrafted) in rows {
        assert_eq!(Key::embed(&model, &essay.text).to_string(), embed);
        assert_eq!(Key::extract(&model, &essay.text).to_string(), extract);
        assert_eq!(Key::handcrafted(&essay).to_string(), handcrafted);
    }
}

#[test]
fn the_key_of_grammar_is_that_of_the_python_client() {
    let key = |url: &str, text: &str| {
        let url = url.parse().expect("plain");
        Key::grammar(&url, "en-US", 60.0, &serde_json::Map::new(), text).to_string()
    };
    let golden = "beccbbae8c9d48322b0873bb07c839467c141b199c48677fa92a34bd44e829aa";
    for text in ["Hello world.", " Hello\n\tworld. ", "Hello\u{1c}\u{a0}world.\u{1f}"] {
        assert_eq!(key("http://127.0.0.1:18085", text), golden, "{text:?}");
    }
    assert_ne!(key("http://127.0.0.1:18085/", "Hello world."), golden, "the slash counts");
    assert_ne!(key("http://127.0.0.1:18085", "Hello\u{200b}world."), golden);
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .expect("the directory is there")
        .map(|it| it.expect("readable").file_name().into_string().expect("plain names"))
        .collect();
    names.sort();
    names
}

#[test]
fn entries_lie_where_the_python_client_looks() {
    let dir = tempfile::tempdir().expect("a place for files");
    let cache = Cache::at(dir.path());
    let key = Key::embed(&Model::default(), "Hello world.");
    let drawer = cache.embeddings(768);
    assert_eq!(drawer.read(&key), Ok(None), "no directory is a miss");
    assert!(files(dir.path()).is_empty(), "a look makes nothing");

    drawer.write(&key, &[0.25; 768]).expect("writable");
    let path = dir.path().join("offload_embeddings").join(format!("{key}.npy"));
    assert_eq!(std::fs::read(&path).expect("there"), npy::write_vector(&[0.25; 768]));
    assert_eq!(drawer.read(&key), Ok(Some(vec![0.25; 768])));
    assert_eq!(files(path.parent().expect("it has one")), [".incoming", &format!("{key}.npy")]);
    assert!(files(&dir.path().join("offload_embeddings/.incoming")).is_empty());

    let server: Fingerprint = "0f".repeat(32).parse().expect("64 digits");
    let drawer = cache.handcrafted(&server, 25);
    drawer.write(&key, &[1.0; 25]).expect("writable");
    let path =
        dir.path().join("offload_handcrafted").join("0f".repeat(32)).join(format!("{key}.npy"));
    assert_eq!(std::fs::read(path).expect("there").len(), 228);
}

#[test]
fn what_is_damaged_is_a_miss_and_what_cannot_be_read_is_an_error() {
    let dir = tempfile::tempdir().expect("a place for files");
    let drawer = Cache::at(dir.path()).embeddings(3);
    let key = Key::of(&["x"]);
    drawer.write(&key, &[1.0, 2.0, 3.0]).expect("writable");
    let good = std::fs::read(drawer.path(&key)).expect("there");
    let damaged = [
        Vec::new(),
        good[..good.len() - 1].to_vec(),
        good[..50].to_vec(),
        [&good[..], b"x"].concat(),
        npy::write_vector(&[1.0, 2.0, 3.0, 4.0]),
        npy::write_vector(&[1.0, f32::NAN, 3.0]),
        b"<html>".to_vec(),
    ];
    for bytes in damaged {
        std::fs::write(drawer.path(&key), &bytes).expect("writable");
        assert_eq!(drawer.read(&key), Ok(None), "{} bytes", bytes.len());
    }
    drawer.write(&key, &[4.0, 5.0, 6.0]).expect("a damaged one is replaced");
    assert_eq!(drawer.read(&key), Ok(Some(vec![4.0, 5.0, 6.0])));

    std::fs::remove_file(drawer.path(&key)).expect("there");
    std::fs::create_dir(drawer.path(&key)).expect("a directory in its place");
    let error = drawer.read(&key).expect_err("a directory is no miss");
    assert!(error.to_string().starts_with("could not read "), "{error}");
    let error = drawer.write(&key, &[1.0; 3]).expect_err("nor can it be replaced");
    assert!(error.to_string().starts_with("could not write "), "{error}");
    assert!(files(&dir.path().join("offload_embeddings/.incoming")).is_empty());
}

#[test]
fn what_the_server_said_is_kept_as_python_writes_it() {
    let dir = tempfile::tempdir().expect("a place for files");
    let cache = Cache::at(dir.path());
    assert_eq!(cache.current_meta(), Ok(None));
    let python = include_str!("../../tests/data/current_meta.json");
    let path = dir.path().join("offload_handcrafted/current_meta.json");
    std::fs::create_dir_all(path.parent().expect("it has one")).expect("writable");
    std::fs::write(&path, python).expect("writable");
    let meta = cache.current_meta().expect("readable").expect("sound");
    cache.keep_meta(&meta).expect("writable");
    assert_eq!(std::fs::read_to_string(&path).expect("there"), python);

    for damaged in [
        "",
        "{",
        "null",
        &python.replace("\"server_fingerprint\": \"", "\"server_fingerprint\": \"../"),
    ] {
        std::fs::write(&path, damaged).expect("writable");
        assert_eq!(cache.current_meta(), Ok(None), "{damaged:.20}");
    }
}
