//! Beside what people use today, over the same line in the same run: `ssh -L` and autossh.

use std::process::Stdio;
use std::time::{Duration, Instant};

use hemma_tunnel::{Probe, Supervisor, probe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::sshd::{command, free_port};
use crate::support::{Scene, asked, host, is_connected, measured, skipped, until};

/// Enough to see a difference. `HEMMA_TUNNEL_SPEED_MB=500` is the real thing, with `--release`.
const USUAL_MB: u64 = 32;

const ROUNDS: u32 = 3;

/// Over one connection.
const REQUESTS: u32 = 100;

/// `cargo test --release -p hemma-tunnel --test it -- --ignored --nocapture beside_ssh_itself`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures and checks nothing that the other tests do not"]
async fn beside_ssh_itself() {
    let Some(scene) = Scene::new().await else { return };
    let bytes = asked("HEMMA_TUNNEL_SPEED_MB").unwrap_or(USUAL_MB) << 20;
    let supervisor = Supervisor::start(host(), scene.options());
    supervisor.add(scene.forward("language-tool")).expect("the only one");
    let mut changes = supervisor.subscribe();
    until(&mut changes, Duration::from_secs(10), is_connected).await;
    let ours = changes.borrow().forwards[0].local[0].port();
    let plain = free_port();
    let mut ssh = command("ssh");
    ssh.arg("-F").arg(scene.sshd.client_config()).args(["-N", "-L"]);
    ssh.arg(format!("127.0.0.1:{plain}:127.0.0.1:{}", scene.service.port())).arg("hemma");
    let mut ssh = ssh.stdin(Stdio::null()).kill_on_drop(true).spawn().expect("ssh starts");
    while TcpStream::connect(("127.0.0.1", plain)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for one_way in [0, 15] {
        scene.relay.delay(Duration::from_millis(one_way));
        let (mut ours_best, mut plain_best) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            ours_best = ours_best.min(fetch(ours, bytes).await);
            plain_best = plain_best.min(fetch(plain, bytes).await);
        }
        let ratio = plain_best.as_secs_f64() / ours_best.as_secs_f64();
        measured(&format!(
            "{one_way} ms one way, {} MiB: {ours_best:?} ours, {plain_best:?} ssh -L, ratio {ratio:.3}",
            bytes >> 20
        ));
        let small = async |port| {
            let begun = Instant::now();
            keep_alive(port, REQUESTS).await;
            begun.elapsed()
        };
        let (a, b) = (small(ours).await, small(plain).await);
        measured(&format!("{one_way} ms one way, small requests: {a:?} ours, {b:?} ssh -L"));
    }
    ssh.kill().await.expect("it is ours");
    supervisor.stop(Duration::from_secs(1)).await;
}

/// The runbook's own way, with its options. `HEMMA_TUNNEL_AUTOSSH=1`: it takes two minutes, all of
/// which are autossh's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_autossh() {
    if asked("HEMMA_TUNNEL_AUTOSSH").is_none() {
        return skipped("HEMMA_TUNNEL_AUTOSSH is not set");
    }
    let Some(scene) = Scene::new().await else { return };
    scene.relay.delay(Duration::from_millis(15));
    let supervisor = Supervisor::start(host(), scene.options());
    supervisor.add(scene.forward("language-tool")).expect("the only one");
    let mut changes = supervisor.subscribe();
    until(&mut changes, Duration::from_secs(10), is_connected).await;
    let ours = changes.borrow().forwards[0].local[0].port();
    let theirs = free_port();
    let mut autossh = command("autossh");
    autossh.args(["-M", "0", "-N", "-o", "ServerAliveInterval=30", "-o", "ServerAliveCountMax=3"]);
    autossh.args(["-o", "ExitOnForwardFailure=yes", "-F"]).arg(scene.sshd.client_config());
    autossh.arg("-L").arg(format!("127.0.0.1:{theirs}:127.0.0.1:{}", scene.service.port()));
    let Ok(mut autossh) = autossh.arg("hemma").stdin(Stdio::null()).spawn() else {
        return skipped("there is no autossh");
    };
    answers(theirs).await;
    scene.relay.freeze();
    let begun = Instant::now();
    let (a, b) = tokio::join!(
        async {
            answers(ours).await;
            begun.elapsed()
        },
        async {
            answers(theirs).await;
            begun.elapsed()
        },
    );
    measured(&format!("from a frozen link to the first answer: {a:?} ours, {b:?} autossh"));
    // It ends its ssh only when it is asked.
    let pid = autossh.id().expect("it runs").to_string();
    let _ = command("kill").arg(pid).status().await;
    let _ = autossh.wait().await;
    supervisor.stop(Duration::from_secs(1)).await;
}

async fn answers(port: u16) {
    let (at, health) = (([127, 0, 0, 1], port).into(), Probe::http("/healthz"));
    while probe::ask_at(at, &health, Duration::from_secs(5)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn fetch(port: u16, bytes: u64) -> Duration {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let question = format!("GET /bytes/{bytes} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(question.as_bytes()).await.expect("it takes the question");
    let mut chunk = vec![0; 256 << 10];
    let mut seen = 0;
    while seen < bytes {
        match stream.read(&mut chunk).await.expect("it answers") {
            0 => panic!("the answer ended after {seen} of {bytes}"),
            count => seen += count as u64,
        }
    }
    begun.elapsed()
}

async fn keep_alive(port: u16, requests: u32) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let mut chunk = vec![0; 4 << 10];
    for _ in 0..requests {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("it is open");
        let mut seen = Vec::new();
        while !seen.ends_with(b"}") {
            let count = stream.read(&mut chunk).await.expect("it answers");
            seen.extend_from_slice(&chunk[..count]);
        }
    }
}
