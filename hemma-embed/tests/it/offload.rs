//! A sound offload server: the contract, with vectors that are known in advance.

use std::io::{Cursor, Write};
use std::time::Duration;

use hemma_embed::{Client, Limits, Matrix, Model, Options, Retry, ServerUrl, cache, npy};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::server::{Asked, Reply};

pub(crate) const DIM: usize = 8;
pub(crate) const COUNTED: usize = 25;

pub(crate) fn model() -> Model {
    Model { dim: DIM, ..Model::default() }
}

/// Options that do not make a test wait.
pub(crate) fn options() -> Options {
    let retry = Retry {
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
        deadline: Duration::from_secs(20),
        ..Retry::default()
    };
    Options { model: model(), retry, silence: Duration::from_secs(10), ..Options::default() }
}

pub(crate) fn client(url: &ServerUrl) -> Client {
    Client::new(url.clone(), options())
}

/// The vector of a text: another text, another vector.
pub(crate) fn vector(text: &str, len: usize) -> Vec<f32> {
    let hash = cache::Key::embed(&model(), text).to_string();
    let digit = |at: usize| u8::from_str_radix(&hash[at % 64..=at % 64], 16).expect("a digit");
    (0..len).map(|at| f32::from(digit(at)) + f32::from(digit(at + 7)) / 16.0).collect()
}

pub(crate) fn matrix(texts: &[String], cols: usize) -> Matrix {
    let values = texts.iter().flat_map(|it| vector(it, cols)).collect();
    Matrix::new(values, texts.len(), cols).expect("it fits")
}

/// Answers as the contract says.
pub(crate) fn sound(asked: &Asked) -> Reply {
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/healthz") => Reply::json(200, &health()),
        ("POST", "/v1/embed") => embedded(&asked.list("texts")),
        ("POST", "/v1/extract") => extracted(asked, &meta('a')),
        _ => Reply::new(404, "404: Not Found"),
    }
}

pub(crate) fn embedded(texts: &[String]) -> Reply {
    Reply::new(200, npy::write(&matrix(texts, DIM)))
        .header("Content-Type", "application/octet-stream")
        .header("X-Embedding-Model", model().name)
        .header("X-Embedding-DType", "float32")
}

pub(crate) fn health() -> Value {
    let Limits { items, request_bytes, response_bytes } = Limits::default();
    json!({
        "status": "ok", "issues": [], "model_name": model().name, "max_length": 512,
        "batch_size": 32,
        "gpu": {"torch": {"available": true, "device_count": 1,
            "devices": [{"index": 0, "name": "Radeon", "total_memory_bytes": 25_753_026_560_u64}]}},
        "metrics": {"uptime_seconds": 12.5, "endpoints": []},
        "extract": {
            "schema_version": 1, "max_items": items, "max_request_bytes": request_bytes,
            "max_response_bytes": response_bytes, "language_tool_url": "http://lt:8085",
            "language_tool_jar_version": "6.5",
        },
    })
}

/// `meta.json` of a server whose fingerprint is one digit, 64 times.
pub(crate) fn meta(digit: char) -> Value {
    let mut meta: Value = serde_json::from_str(include_str!("../data/current_meta.json"))
        .expect("the sample is JSON");
    meta["server_fingerprint"] = json!(digit.to_string().repeat(64));
    meta["embedding"]["dim"] = json!(DIM);
    let names = meta["feature_schema"]["combined"].as_array_mut().expect("a list");
    names.drain(DIM..names.len() - COUNTED);
    meta
}

pub(crate) fn extracted(asked: &Asked, meta: &Value) -> Reply {
    let set = asked.json()["feature_set"].clone();
    let texts = asked.list("texts");
    let mut members = vec![("meta.json", meta.to_string().into_bytes())];
    if set != "handcrafted" {
        members.push(("embeddings.npy", npy::write(&matrix(&texts, DIM))));
    }
    if set != "embeddings" {
        members.push(("handcrafted.npy", npy::write(&matrix(&texts, COUNTED))));
    }
    archive(meta, &members)
}

pub(crate) fn archive(meta: &Value, members: &[(&str, Vec<u8>)]) -> Reply {
    let fingerprint = meta["server_fingerprint"].as_str().unwrap_or_default();
    Reply::new(200, zipped(members))
        .header("Content-Type", "application/zip")
        .header("X-Schema-Version", "1")
        .header("X-Server-Fingerprint", fingerprint)
}

pub(crate) fn zipped(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a name");
        zip.write_all(bytes).expect("memory is writable");
    }
    zip.finish().expect("memory is writable").into_inner()
}
