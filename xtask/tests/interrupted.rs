//! Ctrl-C in a run over many texts, as a process gets it: finished texts are kept, and reported.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use hemma_embed::{Matrix, npy};
use rustix::process::{Pid, Signal, kill_process};

const TEXTS: usize = 300;
/// The number of requests, of 64 texts each; one more is never answered.
const ANSWERED: usize = 2;

#[test]
fn what_is_finished_before_an_interruption_is_kept_and_said() {
    let dir = tempfile::tempdir().expect("a place for files");
    let texts: Vec<_> = (0..TEXTS).map(|it| format!("text {it}")).collect();
    std::fs::write(dir.path().join("in.txt"), texts.join("\n")).expect("written");
    let (url, stuck) = server();
    // There is no hemma.toml: with a URL nothing has to be looked up in one.
    let args = ["embed", "in.txt", "--out", "out.npy", "--cache", "c", "--url", &url];
    let run = start(dir.path(), &args, Stdio::null());
    stuck.recv_timeout(Duration::from_secs(30)).expect("it asks until nobody answers");
    let kept =
        || std::fs::read_dir(dir.path().join("c/offload_embeddings")).map_or(0, Iterator::count);
    while kept() < ANSWERED * 64 {
        thread::sleep(Duration::from_millis(5));
    }
    // They are in the cache a moment before they are counted.
    thread::sleep(Duration::from_millis(200));
    let said = interrupted(run);
    assert_eq!(
        said,
        "interrupted; out.npy was not written\n  \
         128 of 300 texts are done and kept in c; the same command continues there\n"
    );
    let left: Vec<_> = std::fs::read_dir(dir.path()).expect("there").flatten().collect();
    assert_eq!(left.len(), 2, "the texts and the cache: {left:?}");
}

#[test]
fn whoever_waits_for_standard_input_can_be_interrupted() {
    let dir = tempfile::tempdir().expect("a place for files");
    let args = ["embed", "-", "--out", "out.npy", "--url", "http://127.0.0.1:1"];
    let mut run = start(dir.path(), &args, Stdio::piped());
    let mut typed = run.stdin.take().expect("it is piped");
    typed.write_all(b"a text\n").expect("it reads");
    thread::sleep(Duration::from_millis(500));
    assert_eq!(interrupted(run), "interrupted; nothing was changed\n");
    drop(typed);
}

#[expect(clippy::disallowed_methods, reason = "the binary is what is tested")]
fn start(dir: &Path, args: &[&str], stdin: Stdio) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hemma-xtask"));
    command.args(args).current_dir(dir).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the binary starts")
}

/// The output after Ctrl-C.
fn interrupted(run: Child) -> String {
    let process = Pid::from_child(&run);
    kill_process(process, Signal::INT).expect("it runs");
    // The process ends by itself; if it does not, this ends it.
    let (ended, end) = channel::<()>();
    thread::spawn(move || {
        if end.recv_timeout(Duration::from_secs(20))
            == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            let _ = kill_process(process, Signal::KILL);
        }
    });
    let Output { status, stdout, stderr } = run.wait_with_output().expect("it can be waited for");
    drop(ended);
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!((status.code(), &stdout[..]), (Some(130), &b""[..]), "{stderr}");
    stderr
}

/// An offload server that answers twice, and then reports the next request.
fn server() -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let (answers, left) = channel();
    for _ in 0..ANSWERED {
        answers.send(()).expect("it is there");
    }
    drop(answers);
    let left = std::sync::Arc::new(std::sync::Mutex::new(left));
    let (stuck, is_stuck) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (left, stuck) = (std::sync::Arc::clone(&left), stuck.clone());
            thread::spawn(move || talk(stream, &left, &stuck));
        }
    });
    (url, is_stuck)
}

fn talk(
    stream: TcpStream,
    left: &std::sync::Mutex<Receiver<()>>,
    stuck: &Sender<()>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (path, body) = request(&mut stream)?;
        let answer = if path == "/healthz" {
            let health = serde_json::json!({
                "status": "ok", "model_name": "microsoft/deberta-v3-base", "max_length": 512,
            });
            health.to_string().into_bytes()
        } else {
            let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
            let rows = body["texts"].as_array()?.len();
            let Ok(()) = left.lock().ok()?.try_recv() else {
                stuck.send(()).ok()?;
                thread::sleep(Duration::from_secs(60));
                return None;
            };
            npy::write(&Matrix::new(vec![0.5; rows * 768], rows, 768)?)
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", answer.len());
        stream.get_mut().write_all(&[head.as_bytes(), &answer].concat()).ok()?;
    }
}

fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let (mut path, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if path.is_empty() {
            line.split(' ').nth(1)?.clone_into(&mut path);
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((path, body))
}
