//! Files that Python and numpy write, read here, and the other way round.
//!
//! Without numpy these tests fail, so that its absence does not look like success. Where there is
//! none on purpose, set `HEMMA_WITHOUT_NUMPY`.

use std::path::Path;

use hemma_core::{Command, Exec, World};
use hemma_embed::archive::unpack;
use hemma_embed::cache::{Cache, Key};
use hemma_embed::npy::{self, Expect, NpyError};
use hemma_embed::{Client, FeatureSet, Matrix, Options};
use serde_json::{Value, json};

use crate::offload::{COUNTED, DIM, matrix, meta, model, options, sound};
use crate::runs::{essays, texts};
use crate::server::Server;

/// Runs a script that gets `input` and the directory, and prints JSON. `None` without numpy, if
/// that is on purpose.
pub(crate) async fn python(script: &str, dir: &Path, input: &Value) -> Option<Value> {
    let world = World::local();
    // A version manager may put a Python without the system's numpy first.
    for python in ["/usr/bin/python3", "python3"] {
        let look = Command::new(python).args(["-c", "import numpy"]);
        if !world.ask(&Exec::here(look)).await.is_ok_and(|it| it.exit == 0) {
            continue;
        }
        let arguments = dir.join("arguments.json");
        std::fs::write(&arguments, input.to_string()).expect("writable");
        let preamble = "import io, json, os, sys, hashlib, zipfile\nimport numpy as np\n\
                        os.chdir(sys.argv[1])\ngiven = json.load(open('arguments.json'))\n";
        let script = format!("{preamble}{script}");
        let run = Command::new(python).args(["-c", &script, &dir.display().to_string()]);
        let output = world.ask(&Exec::here(run)).await.expect("it starts");
        assert_eq!(output.exit, 0, "{}", output.stderr);
        return Some(serde_json::from_str(&output.stdout).expect("the script prints JSON"));
    }
    let absent = std::env::var_os("HEMMA_WITHOUT_NUMPY").is_some();
    assert!(absent, "install python3-numpy, or set HEMMA_WITHOUT_NUMPY to go without these tests");
    None
}

fn hex(bytes: &[u8]) -> String {
    let digit = |it: u8| char::from_digit(u32::from(it), 16).expect("half a byte");
    bytes.iter().flat_map(|it| [digit(it >> 4), digit(it & 15)]).collect()
}

fn unhex(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("a text").as_bytes();
    let byte =
        |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|it| u8::from_str_radix(it, 16).ok());
    text.chunks(2).map(|it| byte(it).expect("two digits")).collect()
}

/// The Python client's way of keeping vectors, as its contract has it.
const KEEP: &str = r#"
model, dim = given["model"], given["dim"]
fingerprint = given["meta"]["server_fingerprint"]
embeddings, handcrafted = "offload_embeddings", "offload_handcrafted/" + fingerprint
os.makedirs(embeddings); os.makedirs(handcrafted)
open("offload_handcrafted/current_meta.json", "w").write(
    json.dumps(given["meta"], indent=2, ensure_ascii=False))
def keep(directory, key, text, n):
    name = hashlib.sha256(key.encode("utf-8")).hexdigest()
    np.save(f"{directory}/{name}.npy", np.arange(n, dtype=np.float32) + len(text))
for text in given["texts"]:
    keep(embeddings, f"{model}|512|{text}", text, dim)
    keep(embeddings, f"{model}|512|cls|{text}", text, dim)
    keep(handcrafted, f"1|{text}|{given['prompt']}", text, given["counted"])
print("null")
"#;

#[tokio::test]
async fn what_python_keeps_is_found() {
    let dir = tempfile::tempdir().expect("a place for files");
    let (texts, essays) = (texts(40), essays(40));
    let given = json!({
        "model": model().name, "dim": DIM, "counted": COUNTED, "meta": meta('c'),
        "texts": texts, "prompt": essays[0].prompt,
    });
    if python(KEEP, dir.path(), &given).await.is_none() {
        return;
    }
    // Nothing listens there, so every row is from the cache.
    let url = "http://127.0.0.1:1".parse().expect("plain");
    let client = Client::new(url, Options { cache: Some(Cache::at(dir.path())), ..options() });
    let expected = |cols: u8| {
        let row = |text: &String| {
            let len = u8::try_from(text.chars().count()).expect("short texts");
            (0..cols).map(move |it| f32::from(it) + f32::from(len))
        };
        Matrix::new(texts.iter().flat_map(row).collect(), texts.len(), usize::from(cols))
    };
    let embedded = client.embed(&texts).gather().await.expect("all is in the cache");
    assert_eq!(embedded.rows.embeddings, expected(8));
    let features = client.extract(essays, FeatureSet::Combined).gather().await;
    let features = features.expect("all is in the cache");
    assert_eq!(features.rows.embeddings, expected(8));
    assert_eq!(features.rows.handcrafted, expected(25));
}

const LOAD: &str = r#"
found = {}
for directory, _, names in os.walk("."):
    if directory.endswith(".incoming"):
        assert not names, names
    for name in names:
        if name.endswith(".npy"):
            a = np.load(os.path.join(directory, name), allow_pickle=False)
            assert a.dtype.str == "<f4" and a.ndim == 1 and a.flags.c_contiguous
            found[os.path.join(directory, name)[2:]] = a.tobytes().hex()
meta = open("offload_handcrafted/current_meta.json").read()
assert json.dumps(json.loads(meta), indent=2, ensure_ascii=False) == meta
print(json.dumps(found))
"#;

#[tokio::test]
async fn what_we_keep_is_found_by_python() {
    let dir = tempfile::tempdir().expect("a place for files");
    let server = Server::start(sound).await;
    let options = Options { cache: Some(Cache::at(dir.path())), ..options() };
    let client = Client::new(server.url.clone(), options);
    client.embed(texts(70)).gather().await.expect("a sound server");
    client.extract(essays(70), FeatureSet::Combined).gather().await.expect("a sound server");
    let Some(found) = python(LOAD, dir.path(), &Value::Null).await else { return };

    let mut expected = serde_json::Map::new();
    let mut expect = |path: String, row: &[f32]| {
        expected.insert(path, hex(&npy::write_vector(row)[128..]).into());
    };
    let (vectors, counted) = (matrix(&texts(70), DIM), matrix(&texts(70), COUNTED));
    for (at, essay) in essays(70).iter().enumerate() {
        let row = vectors.row(at).expect("70 rows");
        for key in [Key::embed(&model(), &essay.text), Key::extract(&model(), &essay.text)] {
            expect(format!("offload_embeddings/{key}.npy"), row);
        }
        let (server, key) = ("a".repeat(64), Key::handcrafted(essay));
        let path = format!("offload_handcrafted/{server}/{key}.npy");
        expect(path, counted.row(at).expect("70 rows"));
    }
    assert_eq!(found, Value::Object(expected));
}

const SAVE: &str = r#"
def saved(a, **how):
    out = io.BytesIO()
    np.lib.format.write_array(out, a, **how) if how else np.save(out, a)
    return out.getvalue().hex()
shapes = [[1], [25], [768], [0, 768], [1, 1], [64, 768], [100000, 25], [9999999, 1]]
heads = {json.dumps(s): saved(np.zeros(s, np.float32))[:256] for s in shapes}
a = np.arange(6, dtype=np.float32).reshape(2, 3)
bad = {
    "f8": saved(a.astype("<f8")), "big": saved(a.astype(">f4")), "int": saved(a.astype("<i4")),
    "fortran": saved(np.asfortranarray(a)), "v2": saved(a, version=(2, 0)),
    "v3": saved(a, version=(3, 0)), "fields": saved(np.zeros(2, [("a", "<f4"), ("b", "<f4")])),
    "object": saved(np.array([["x"]], dtype=object), allow_pickle=True, version=(1, 0)),
    "scalar": saved(np.float32(1)), "deep": saved(a.reshape(1, 2, 3)),
}
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("meta.json", json.dumps(given["meta"]))
    z.writestr("embeddings.npy", bytes.fromhex(saved(np.full((3, given["dim"]), .5, np.float32))))
    z.writestr("handcrafted.npy", bytes.fromhex(saved(np.full((3, given["counted"]), 2, np.float32))))
loaded = np.load("ours.npy", allow_pickle=False)
print(json.dumps({"heads": heads, "good": saved(a), "bad": bad,
    "archive": archive.getvalue().hex(), "ours": [loaded.dtype.str, list(loaded.shape), loaded.tolist()]}))
"#;

#[tokio::test]
async fn numpy_and_we_write_the_same_bytes_and_refuse_the_same_files() {
    let dir = tempfile::tempdir().expect("a place for files");
    let ours = Matrix::new(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 2, 3).expect("it fits");
    std::fs::write(dir.path().join("ours.npy"), npy::write(&ours)).expect("writable");
    let given = json!({"meta": meta('d'), "dim": DIM, "counted": COUNTED});
    let Some(said) = python(SAVE, dir.path(), &given).await else { return };
    assert_eq!(said["ours"], json!(["<f4", [2, 3], [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]]));
    assert_eq!(unhex(&said["good"]), npy::write(&ours));

    for (shape, head) in said["heads"].as_object().expect("an object") {
        let file = match serde_json::from_str::<Vec<usize>>(shape).expect("a list")[..] {
            [len] => npy::write_vector(&vec![0.0; len]),
            [rows, cols] => {
                npy::write(&Matrix::new(vec![0.0; rows * cols], rows, cols).expect("it fits"))
            }
            _ => Vec::new(),
        };
        assert_eq!(hex(&file[..128]), head.as_str().expect("a text"), "{shape}");
    }
    for (what, file) in said["bad"].as_object().expect("an object") {
        let error = npy::read(&unhex(file), Expect::AtMost(1000)).expect_err(what);
        let as_expected = match what.as_str() {
            "f8" | "big" | "int" | "fields" | "object" => matches!(error, NpyError::Dtype { .. }),
            "fortran" => error == NpyError::FortranOrder,
            "v2" => error == NpyError::Version { major: 2, minor: 0 },
            "v3" => error == NpyError::Version { major: 3, minor: 0 },
            _ => matches!(error, NpyError::Shape { .. }),
        };
        assert!(as_expected, "{what} gave {error:?}");
    }
    let (_, rows) = unpack(&unhex(&said["archive"]), 3, FeatureSet::Combined, &model())
        .expect("Python's own zip");
    assert_eq!(rows.embeddings, Matrix::new(vec![0.5; 3 * DIM], 3, DIM));
    assert_eq!(rows.handcrafted, Matrix::new(vec![2.0; 3 * COUNTED], 3, COUNTED));
}
