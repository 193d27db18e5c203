//! Faults in a row. A process of its own is watched from outside: it never says
//! "connected" while nothing can answer, it always comes back, and it leaks nothing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hemma_tunnel::daemon::{Client, Stopped};
use hemma_tunnel::{Probe, State, probe};

use crate::support::background::Background;
use crate::support::fault::{ALL, Fault, Truth};
use crate::support::{Scene, children, descriptors, measured, memory_kib};

/// The longest silence that counts as none, a wait between attempts, a handshake on a busy machine.
const BACK_WITHIN: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_in_a_row() {
    soak(ALL.len()).await;
}

/// `cargo test --release -p hemma-tunnel --test it -- --ignored --nocapture two_hundred`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes about ten minutes"]
async fn two_hundred_random_faults_in_a_row() {
    soak(200).await;
}

async fn soak(rounds: usize) {
    let Some(mut scene) = Scene::new().await else { return };
    let background = Background::new();
    let started = background.start(scene.sshd.client_config(), vec![scene.forward("a")]).await;
    let started = started.expect("it starts");
    let (pid, at) = (started.status.pid, started.status.tunnel.forwards[0].local[0]);
    let truth = Arc::new(Truth::default());
    let client = background.client().await.expect("it runs");
    let before = Footprint::smallest(&background, pid).await;
    let watching = tokio::spawn(watch(client, Arc::clone(&truth)));
    let mut sockets = Vec::new();
    let mut tally = BTreeMap::<&str, Vec<Duration>>::new();
    for round in 0..rounds {
        sockets.extend(control_sockets(pid));
        // Each kind in its turn, so that a short run has them all; within that, at random.
        let fault = Fault::at_random(round);
        fault.happen(&mut scene, &truth, &background, (pid, at)).await;
        let took = is_back(at, &format!("round {round}, {fault:?}")).await;
        tally.entry(fault.words()).or_default().push(took);
        assert!(!watching.is_finished(), "round {round}, {fault:?}: it lied");
    }
    watching.abort();
    let watched = watching.await;
    assert!(watched.is_err_and(|it| it.is_cancelled()), "it lied at the end");
    let after = Footprint::smallest(&background, pid).await;
    let now: Vec<PathBuf> = control_sockets(pid).collect();
    assert_eq!(now.len(), 1, "one link, one socket: {now:?}");
    let left: Vec<_> = sockets.iter().filter(|it| !now.contains(it) && it.exists()).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
    for (words, took) in &tally {
        let slowest = took.iter().max().expect("each is of some fault");
        measured(&format!("{} × {words}: back within {slowest:?}", took.len()));
    }
    let questions = truth.questions();
    measured(&format!(
        "{rounds} faults, {questions} questions, {before:?} before, {after:?} after"
    ));
    measured(&format!("memory {} KiB", memory_kib(pid)));
    assert!(after.is_within(&before), "{after:?}, and before {before:?}");
    assert_eq!(background.stop().await, Ok(Stopped::Gone));
    assert!(now.iter().all(|it| !it.exists()), "left behind: {now:?}");
    assert!(std::net::TcpListener::bind(at).is_ok(), "something still listens on {at}");
}

/// Waits until the port answers as it does to its users.
async fn is_back(at: SocketAddr, after: &str) -> Duration {
    let begun = Instant::now();
    while probe::ask_at(at, &Probe::http("/healthz"), Duration::from_secs(2)).await.is_err() {
        let took = begun.elapsed();
        assert!(took < BACK_WITHIN, "{after}: not back after {took:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    begun.elapsed()
}

/// What a process has of the machine.
#[derive(Debug)]
struct Footprint {
    processes: usize,
    descriptors: usize,
    tasks: usize,
}

impl Footprint {
    /// A look at the service takes some for a moment, so the fewest of a few seconds count.
    async fn smallest(background: &Background, pid: u32) -> Self {
        let mut fewest = Self { processes: usize::MAX, descriptors: usize::MAX, tasks: usize::MAX };
        for _ in 0..60 {
            fewest.processes = fewest.processes.min(children(pid).len());
            fewest.descriptors = fewest.descriptors.min(descriptors(pid));
            fewest.tasks = fewest.tasks.min(background.tasks().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        fewest
    }

    fn is_within(&self, before: &Self) -> bool {
        self.processes <= before.processes
            && self.descriptors <= before.descriptors
            && self.tasks <= before.tasks
    }
}

/// Asks all the time, and fails when an answer cannot be true: nothing could answer before the
/// question, nothing could after it, and nothing changed in between.
async fn watch(client: Client, truth: Arc<Truth>) {
    loop {
        let before = truth.read();
        let status = client.status().await.expect("the supervisor always answers");
        let after = truth.asked();
        let connected = status.tunnel.forwards[0].state == State::Connected;
        assert!(!(connected && before.1 && before == after), "{status:#?}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// The control sockets of the ssh processes that the supervisor has.
fn control_sockets(pid: u32) -> impl Iterator<Item = PathBuf> {
    children(pid).into_iter().filter_map(|ssh| {
        let line = std::fs::read(format!("/proc/{ssh}/cmdline")).ok()?;
        let words: Vec<String> =
            line.split(|it| *it == 0).map(|it| String::from_utf8_lossy(it).into_owned()).collect();
        let at = words.iter().position(|it| it == "-S")?;
        words.get(at + 1).map(PathBuf::from)
    })
}
