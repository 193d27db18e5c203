//! Every answer that is not what was asked for, as the error that names it.

use std::time::Duration;

use hemma_core::causes;
use hemma_embed::{
    Client, Essay, FeatureSet, Matrix, Options, Problem, RequestError, Retry, ServerUrl, npy,
};
use serde_json::{Value, json};

use crate::offload::{COUNTED, DIM, archive, matrix, meta, options, sound, zipped};
use crate::server::{Reply, Server};

fn impatient(url: &ServerUrl) -> Client {
    let silence = Duration::from_millis(200);
    Client::new(url.clone(), Options { retry: Retry::never(), silence, ..options() })
}

/// The causes that the client gives for an answer to two texts, without what all have in common.
async fn embed(reply: Reply) -> String {
    told(reply, |client| async move { client.embed_at_once(["a", "b"]).await.map(|_| ()) }).await
}

async fn extract(reply: Reply) -> String {
    let essay = Essay { text: "a".to_owned(), prompt: "b".to_owned() };
    told(reply, |client| async move {
        client.extract_at_once([essay], FeatureSet::Combined).await.map(|_| ())
    })
    .await
}

async fn told<F>(reply: Reply, ask: impl FnOnce(Client) -> F) -> String
where
    F: Future<Output = Result<(), RequestError>>,
{
    let server = Server::start(move |_| reply.clone()).await;
    let error = ask(impatient(&server.url)).await.expect_err("it is not what was asked for");
    let json = serde_json::to_string(&error).expect("an error can be recorded");
    assert_eq!(serde_json::from_str::<RequestError>(&json).expect("and read back"), error);
    causes(&error.problem)
}

fn file(version: [u8; 2], header: &str, body: usize) -> Vec<u8> {
    let len = u16::try_from(header.len()).expect("short");
    let head = [b"\x93NUMPY", &version[..], &len.to_le_bytes(), header.as_bytes()].concat();
    [head, vec![0; body]].concat()
}

fn header(descr: &str, order: &str, shape: &str) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    file([1, 0], &text, 2 * DIM * 4)
}

#[tokio::test]
async fn no_matrix() {
    let good = npy::write(&matrix(&["a".to_owned(), "b".to_owned()], DIM));
    let mut nan = good.clone();
    nan[128 + 4 * 9..][..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let is = "the answer is not what was asked for: it is not the matrix that was asked for: ";
    let rows = [
        (header("<f8", "False", "(2, 8)"), "the values are `<f8` instead of `<f4`"),
        (header(">f4", "False", "(2, 8)"), "the values are `>f4` instead of `<f4`"),
        (header("<f4", "True", "(2, 8)"), "the values are in Fortran order"),
        (header("<f4", "False", "(3, 8)"), "the shape is (3, 8) instead of (2, 8)"),
        (header("<f4", "False", "(2, 9)"), "the shape is (2, 9) instead of (2, 8)"),
        (
            header("<f4", "False", "(1152921504606846976, 8)"),
            "the shape is (1152921504606846976, 8) instead of (2, 8)",
        ),
        (file([2, 0], "", 0), "the .npy format is version 2.0 instead of 1.0"),
        (
            // A header of 1 GB, as only versions 2 and 3 can claim.
            [&b"\x93NUMPY\x03\x00"[..], &(1_u32 << 30).to_le_bytes()].concat(),
            "the .npy format is version 3.0 instead of 1.0",
        ),
        (nan, "value 1 of row 1 is not finite"),
        (good[..good.len() - 1].to_vec(), "it ends after 191 of 192 bytes"),
        ([&good[..], b"x"].concat(), "something follows the last of its 192 bytes"),
        (
            b"<html><h1>502 Bad Gateway</h1></html>".to_vec(),
            "this is not a .npy file, it begins with \"<html><h1>502 Bad Gateway</h1></html>\"",
        ),
        (Vec::new(), "it ends after 0 of 11 bytes"),
    ];
    for (body, expected) in rows {
        assert_eq!(embed(Reply::new(200, body)).await, format!("{is}{expected}"));
    }
    let other = Reply::new(200, good).header("X-Embedding-Model", "x/y");
    let expected = "the answer is not what was asked for: \
                    its vectors come from x/y instead of microsoft/deberta-v3-base";
    assert_eq!(embed(other).await, expected);
}

fn sound_members() -> Vec<(&'static str, Vec<u8>)> {
    let text = ["a".to_owned()];
    vec![
        ("meta.json", meta('a').to_string().into_bytes()),
        ("embeddings.npy", npy::write(&matrix(&text, DIM))),
        ("handcrafted.npy", npy::write(&matrix(&text, COUNTED))),
    ]
}

/// The sound archive with one member changed.
fn with(name: &'static str, bytes: impl Into<Vec<u8>>) -> Reply {
    let mut members = sound_members();
    members.retain(|it| it.0 != name);
    members.push((name, bytes.into()));
    archive(&meta('a'), &members)
}

fn with_meta(path: &str, value: Value) -> Reply {
    let mut meta = meta('a');
    *meta.pointer_mut(path).expect("it is there") = value;
    with("meta.json", meta.to_string())
}

#[tokio::test]
async fn no_archive() {
    let is = "the answer is not what was asked for: it is not the archive that was asked for: ";
    let without = |name: &str| {
        let mut members = sound_members();
        members.retain(|it| it.0 != name);
        archive(&meta('a'), &members)
    };
    let bomb = vec![0; 20 << 20];
    let whole = zipped(&sound_members());
    let mut flipped = whole.clone();
    flipped[60] ^= 0xff;
    let nan = Matrix::new(vec![f32::INFINITY; COUNTED], 1, COUNTED).expect("it fits");
    let rows = [
        (Reply::new(200, "<html>"), "it is not a readable zip file, it begins with \"<html>\": "),
        (Reply::new(200, ""), "it is not a readable zip file, it begins with \"\": "),
        (
            Reply::new(200, &whole[..whole.len() / 2]),
            "it is not a readable zip file, it begins \
             with \"PK",
        ),
        (Reply::new(200, flipped), "its member `meta.json` cannot be unpacked: "),
        (without("meta.json"), "it has no member `meta.json`"),
        (without("embeddings.npy"), "it has no member `embeddings.npy`"),
        (without("handcrafted.npy"), "it has no member `handcrafted.npy`"),
        (with("../../.ssh/authorized_keys", "x"), "it has a member \"../../.ssh/authorized_keys\""),
        (with("/etc/passwd", "x"), "it has a member \"/etc/passwd\""),
        (with("embeddings.npy", bomb.clone()), "its member `embeddings.npy` is not as expected: "),
        (
            with("embeddings.npy", [&sound_members()[1].1[..], &bomb].concat()),
            "its member `embeddings.npy` is not as expected: something follows the last of its 160",
        ),
        (with("meta.json", bomb), "its `meta.json` is of another schema: it is over 1048576 bytes"),
        (
            with("handcrafted.npy", npy::write(&nan)),
            "its member `handcrafted.npy` is not as expected: value 0 of row 0 is not finite",
        ),
        (with("meta.json", "{}"), "its `meta.json` is of another schema: missing field"),
        (with("meta.json", "[1"), "its `meta.json` is of another schema: "),
        (with_meta("/schema_version", json!(2)), "its `meta.json` is of another schema: version 2"),
        (
            with_meta("/server_fingerprint", json!("../../x")),
            "its `meta.json` is of another schema: `../../x` is not the fingerprint of a server",
        ),
        (
            with_meta("/server_fingerprint", json!("b".repeat(64))),
            "its `meta.json` is of another schema: the header says aaaa",
        ),
        (
            with_meta("/embedding/model_name", json!("x/y")),
            "its vectors come from x/y (512 tokens, 8 values) instead of \
             microsoft/deberta-v3-base (512 tokens, 8 values)",
        ),
        (
            with_meta("/embedding/pooling", json!("mean")),
            "its `meta.json` is of another schema: the pooling is `mean` instead of `cls`",
        ),
        (
            with_meta("/feature_schema/tier3", json!([])),
            "its `meta.json` is of another schema: 33 columns are not 20 and 8",
        ),
    ];
    for (reply, expected) in rows {
        let told = extract(reply).await;
        assert!(told.starts_with(&format!("{is}{expected}")), "{told}\nis not\n{expected}");
    }
    let long = Reply::new(200, vec![b'x'; 8_000_001]);
    let words = "the answer is not what was asked for: it is over 8000000 bytes long";
    assert_eq!(extract(long).await, words);
}

#[tokio::test]
async fn no_answer() {
    let whole =
        Reply::new(200, npy::write(&matrix(&["a".to_owned(), "b".to_owned()], DIM))).bytes();
    let refused = |status, error: &str, detail: &str| {
        let body = json!({"schema_version": 1, "error": error, "detail": detail, "extra": {}});
        Reply::json(status, &body)
    };
    let rows = [
        (refused(400, "invalid_request", "texts"), "it answered 400 `invalid_request`: texts"),
        (refused(413, "too_many_items", "65"), "it answered 413 `too_many_items`: 65"),
        (refused(500, "internal_error", "JAR"), "it answered 500 `internal_error`: JAR"),
        (
            refused(503, "dependency_unavailable", "LT"),
            "it answered 503 `dependency_unavailable`: LT",
        ),
        (Reply::new(404, "404: Not Found"), "it answered 404: 404: Not Found"),
        (Reply::new(204, ""), "it answered 204"),
        (
            Reply::new(307, "").header("Location", "/v1/embed"),
            "it redirects (307) to \"/v1/embed\"",
        ),
        (Reply::Cut(Vec::new()), "the connection ended after 0 bytes of the answer: "),
        (Reply::Cut(whole[..30].to_vec()), "the connection ended after 0 bytes of the answer: "),
        (
            Reply::Cut(whole[..whole.len() - 10].to_vec()),
            "the connection ended after 182 bytes of the answer: ",
        ),
        (Reply::Silence(Vec::new()), "it sent nothing for 0 seconds"),
        (Reply::Silence(whole[..30].to_vec()), "it sent nothing for 0 seconds"),
        (Reply::Silence(whole[..100].to_vec()), "it sent nothing for 0 seconds"),
        (Reply::Cut(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), "it does not speak HTTP: "),
    ];
    for (reply, expected) in rows {
        let told = embed(reply.clone()).await;
        assert!(told.starts_with(expected), "{told}\nis not\n{expected}");
        let told = extract(reply).await;
        assert!(told.starts_with(expected), "{told}\nis not\n{expected}");
    }
}

#[tokio::test]
async fn a_silent_server_is_not_asked_twice_and_a_trickling_one_has_a_deadline() {
    let server = Server::start(|_| Reply::Silence(Vec::new())).await;
    let silence = Duration::from_millis(100);
    let client = Client::new(server.url.clone(), Options { silence, ..options() });
    let error = client.embed_at_once(["a"]).await.expect_err("it is silent");
    assert!(matches!(error.problem, Problem::Silent { .. }), "{error:?}");
    assert_eq!((error.attempts, server.asked().len()), (1, 1));

    let server = Server::start(|asked| sound(asked).after(Duration::from_secs(9))).await;
    let retry = Retry { deadline: Duration::from_millis(100), ..options().retry };
    let client = Client::new(server.url.clone(), Options { retry, ..options() });
    let error = client.embed_at_once(["a"]).await.expect_err("it is late");
    assert!(matches!(error.problem, Problem::OutOfTime { .. }), "{error:?}");
}

#[tokio::test]
async fn an_error_finds_its_request_in_the_log_of_the_server() {
    let server = Server::start(|_| Reply::new(500, "no")).await;
    let error = impatient(&server.url).embed_at_once(["a"]).await.expect_err("it fails");
    let id = &server.asked()[0].headers["x-correlation-id"];
    let words = format!("{}/v1/embed gave no usable answer to request {id}", server.url);
    assert_eq!(error.to_string(), words);
}
