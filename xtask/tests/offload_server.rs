//! `embed` and `extract` as an operator types them, against the practice host's offload server: it
//! follows the real one's contract, with Debian's aiohttp and numpy. numpy also checks the results.
//!
//! Without the two these tests fail, so that their absence is not taken for success. If they are
//! absent on purpose, set `HEMMA_WITHOUT_NUMPY`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Debian's Python; a version manager may put another first.
const PYTHON: &str = "/usr/bin/python3";

/// The patience of these tests.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_file_of_any_form_becomes_the_vectors_that_were_computed() {
    let Some(server) = Server::start() else { return };
    let here = Here::new();
    here.write("in.txt", "one\nzwei, drei\n\nquattro\n");
    here.write("in.csv", "id,essay\n1,one\n2,\"zwei, drei\"\n3,\n4,quattro\n");
    let line = |text: &str| format!("{{\"id\": 1, \"answer\": \"{text}\"}}\n");
    here.write("in.jsonl", &["one", "zwei, drei", "", "quattro"].map(line).concat());
    for (words, out) in [
        (&["in.txt"][..], "txt.npy"),
        (&["in.csv", "--column", "essay"], "csv.npy"),
        (&["in.jsonl", "--field", "answer"], "jsonl.npy"),
    ] {
        let ran = here.hemma(&server, &[&["embed"], words, &["--out", out, "--no-cache"]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stdout.contains("4 × 768: 4 computed"), "{ran:?}");
    }
    here.python(
        "expected = server.rows([f'{server.MODEL}|512|{it}' for it in TEXTS], 768)\n\
         for name in ('txt', 'csv', 'jsonl'):\n    \
             assert np.array_equal(np.load(name + '.npy'), expected), name",
    );
    let left = here.path(".").read_dir().expect("there").count();
    assert_eq!(left, 7, "three files, three matrices, standard error; nothing was to be kept");
}

#[test]
fn essays_become_two_matrices_with_what_made_them_and_whose_they_are() {
    let Some(server) = Server::start() else { return };
    let here = Here::new();
    here.write("in.csv", "id,essay,task\nA-1,one,t\nA-2,\"zwei, drei\",t\nA-3,,t\nA-4,quattro,t\n");
    let columns = ["--column", "essay", "--prompt-column", "task", "--id-column", "id"];
    let args = [&["extract", "in.csv", "--out", "out"][..], &columns, &["--cache", "c"]].concat();
    for says in ["4 × 768 and 4 × 25: 4 computed", "4 × 768 and 4 × 25: 4 from the cache"] {
        let ran = here.hemma(&server, &args);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stdout.contains(says), "{ran:?}");
        here.python(
            "embeddings = server.rows([f'{server.MODEL}|512|cls|{it}' for it in TEXTS], 768)\n\
             handcrafted = server.rows([f'1|{it}|t' for it in TEXTS], len(server.COUNTED))\n\
             assert np.array_equal(np.load('out/embeddings.npy'), embeddings)\n\
             assert np.array_equal(np.load('out/handcrafted.npy'), handcrafted)\n\
             assert len(json.load(open('out/meta.json'))['server_fingerprint']) == 64\n\
             assert open('out/ids.txt').read() == 'A-1\\nA-2\\nA-3\\nA-4\\n'\n\
             assert len(os.listdir('out')) == 4, os.listdir('out')",
        );
    }
    let one =
        here.hemma(&server, &["extract", "in.csv", "--out", "out", "--features", "embeddings"]);
    assert_eq!(one.code, 2, "{one:?}");
    assert!(one.says("`out` has handcrafted.npy of another run"), "{one:?}");
}

#[test]
fn an_answer_that_is_none_is_named_and_what_was_there_stays() {
    let Some(server) = Server::start() else { return };
    let here = Here::new();
    here.write("in.txt", "one\nzwei, drei\n\nquattro\n");
    here.write("out.npy", "before");
    std::fs::create_dir(here.path("out")).expect("it is made");
    here.write("out/ids.txt", "before");
    let rows = [
        ("embed", "f8", "the values are `<f8` instead of `<f4`"),
        ("embed", "big-endian", "the values are `>f4` instead of `<f4`"),
        ("embed", "fortran", "the values are in Fortran order"),
        ("embed", "npy-v2", "the .npy format is version 2.0 instead of 1.0"),
        ("embed", "wrong-rows", "the shape is (5, 768) instead of (4, 768)"),
        ("embed", "nan", "value 767 of row 3 is not finite"),
        ("embed", "truncated", "it ends after 12412 of 12416 bytes"),
        ("embed", "extra-bytes", "something follows the last of its 12416 bytes"),
        ("embed", "html", "this is not a .npy file, it begins with \"<html>"),
        ("embed", "redirect", "it redirects (307) to \"/v1/embed\""),
        ("embed", "500", "it answered 500 `lab`: as it was asked to"),
        ("extract", "missing-member", "it has no member `handcrafted.npy`"),
        ("extract", "foreign-member", "it has a member \"../../.ssh/authorized_keys\""),
        ("extract", "other-schema", "its `meta.json` is of another schema: version 2"),
        ("extract", "nan", "value 767 of row 3 is not finite"),
    ];
    for (verb, fault, says) in rows {
        server.switch(&format!(r#"{{"fault": "{fault}", "times": -1}}"#));
        let out = if verb == "embed" { "out.npy" } else { "out" };
        let ran = here.hemma(&server, &[verb, "in.txt", "--out", out, "--cache", "c"]);
        assert_eq!(ran.code, 1, "{fault}: {ran:?}");
        assert!(ran.says(says) && ran.says("hint: "), "{fault}: {ran:?}");
        for kept in ["out.npy", "out/ids.txt"] {
            assert_eq!(here.read(kept), b"before", "{fault}, {kept}: {ran:?}");
        }
        let left = here.path("out").read_dir().expect("there").count();
        assert_eq!(left, 1, "{fault}: {ran:?}");
    }
    // Temporary faults are retried.
    for fault in ["503", "cut"] {
        server.switch(&format!(r#"{{"fault": "{fault}", "times": 1}}"#));
        let ran = here.hemma(&server, &["embed", "in.txt", "--out", "out.npy", "--no-cache"]);
        assert_eq!(ran.code, 0, "{fault}: {ran:?}");
    }
}

#[test]
fn a_server_that_goes_away_is_said_to_be_away_and_waited_for() {
    let Some(mut server) = Server::start() else { return };
    let here = Here::new();
    let texts: Vec<_> = (0..1000).map(|it| format!("text {it}")).collect();
    here.write("in.txt", &texts.join("\n"));
    server.switch(r#"{"delay": 0.2}"#);
    let run = here.start(&server, &["embed", "in.txt", "--out", "out.npy", "--cache", "c"]);
    let kept = || here.path("c/offload_embeddings").read_dir().map_or(0, |it| it.flatten().count());
    until("something is kept", || kept() > 64);
    server.kill();
    until("it says so", || run.stderr().contains("the server has not answered since"));
    server.start_again();
    let ran = run.end();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("1000 × 768: 1 000 computed"), "{ran:?}");
    assert!(ran.stderr.contains("the server answers again"), "{ran:?}");
}

/// A directory with texts and results.
struct Here(tempfile::TempDir);

#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// Whether one of the streams has the words.
    fn says(&self, words: &str) -> bool {
        self.stdout.contains(words) || self.stderr.contains(words)
    }
}

struct Running {
    child: Child,
    stderr: PathBuf,
}

impl Here {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a place for files"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("there")
    }

    #[expect(clippy::disallowed_methods, reason = "the binary is what is tested")]
    fn start(&self, server: &Server, args: &[&str]) -> Running {
        let stderr = self.path("stderr");
        let file = std::fs::File::create(&stderr).expect("writable");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hemma-xtask"));
        command.args(args).args(["--url", &server.url()]).current_dir(self.0.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file);
        Running { child: command.spawn().expect("the binary starts"), stderr }
    }

    fn hemma(&self, server: &Server, args: &[&str]) -> Ran {
        self.start(server, args).end()
    }

    /// Runs a script over the results, with the server's own functions.
    #[expect(clippy::disallowed_methods, reason = "numpy is asked, and not hemma's world")]
    fn python(&self, script: &str) {
        let script = format!(
            "import json, os, sys\nsys.path.insert(0, sys.argv[1])\nimport numpy as np\n\
             import server\nTEXTS = ['one', 'zwei, drei', '', 'quattro']\n{script}\n"
        );
        let ran = Command::new(PYTHON)
            .args(["-Bc", &script, &lab()])
            .current_dir(self.0.path())
            .output()
            .expect("it runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}

impl Running {
    fn stderr(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap_or_default()
    }

    fn end(self) -> Ran {
        let Output { status, stdout, .. } = self.child.wait_with_output().expect("it ends");
        let stderr = std::fs::read_to_string(&self.stderr).expect("there");
        let stdout = String::from_utf8_lossy(&stdout).into_owned();
        Ran { code: status.code().expect("it ended by itself"), stdout, stderr }
    }
}

/// The practice host's server, on this machine.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts the server; `None` without aiohttp and numpy, if that is on purpose.
    fn start() -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "it is looked for as it is started")]
        let look = Command::new(PYTHON).args(["-c", "import aiohttp, numpy"]).output();
        if !look.is_ok_and(|it| it.status.success()) {
            let absent = std::env::var_os("HEMMA_WITHOUT_NUMPY").is_some();
            assert!(absent, "install python3-aiohttp and python3-numpy");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = port.expect("loopback has a free port").port();
        let server = Self { child: Self::process(port), port };
        server.is_up();
        Some(server)
    }

    #[expect(clippy::disallowed_methods, reason = "it is what hemma is tested against")]
    fn process(port: u16) -> Child {
        Command::new(PYTHON)
            .args(["-B", &format!("{}/server.py", lab()), "--port", &port.to_string()])
            .env("OFFLOAD_LANGUAGE_TOOL_JAR_VERSION", "6.6")
            .spawn()
            .expect("it starts")
    }

    fn is_up(&self) {
        until("the server is up", || TcpStream::connect(("127.0.0.1", self.port)).is_ok());
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Switches the server to a delay or a fault.
    fn switch(&self, wish: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let length = wish.len();
        let head = "POST /lab HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n";
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{wish}").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    fn kill(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("it ran");
    }

    fn start_again(&mut self) {
        self.child = Self::process(self.port);
        self.is_up();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The directory from which the practice host has the server.
fn lab() -> String {
    format!("{}/../tests/lab/offload", env!("CARGO_MANIFEST_DIR"))
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}, was expected");
        thread::sleep(Duration::from_millis(10));
    }
}
