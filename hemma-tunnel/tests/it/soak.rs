//! Random faults in a row. A process of its own is watched from outside: it never says
//! "connected" while nothing can answer, it always comes back, and it leaks nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hemma_tunnel::daemon::{Client, Stopped};
use hemma_tunnel::{Probe, State, probe};

use crate::support::background::Background;
use crate::support::service::Mood;
use crate::support::{Scene, asked, children, descriptors, measured, memory_kib};

/// `HEMMA_TUNNEL_SOAK=200` for the long one.
const USUAL_ROUNDS: u64 = 30;

/// The longest silence that counts as none, a wait between attempts, a handshake on a busy machine.
const BACK_WITHIN: Duration = Duration::from_secs(12);

/// What is certain about the way to the service, whoever asks.
#[derive(Default)]
struct Truth {
    /// Changes with every fault and every repair.
    epoch: AtomicU64,
    /// No question can be answered.
    hopeless: AtomicBool,
}

impl Truth {
    fn turn(&self, hopeless: bool) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.hopeless.store(hopeless, Ordering::SeqCst);
    }

    fn read(&self) -> (u64, bool) {
        (self.epoch.load(Ordering::SeqCst), self.hopeless.load(Ordering::SeqCst))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_faults_in_a_row() {
    let Some(mut scene) = Scene::new().await else { return };
    let background = Background::new();
    let started = background.start(scene.sshd.client_config(), vec![scene.forward("a")]).await;
    let started = started.expect("it starts");
    let (pid, at) = (started.status.pid, started.status.tunnel.forwards[0].local[0]);
    let truth = Arc::new(Truth::default());
    let client = background.client().await.expect("it runs");
    let before = fewest_descriptors(pid).await;
    let watching = tokio::spawn(watch(client, Arc::clone(&truth)));
    let mut sockets = BTreeSet::new();
    let mut slowest = (Duration::ZERO, "");
    for round in 0..asked("HEMMA_TUNNEL_SOAK").unwrap_or(USUAL_ROUNDS) {
        sockets.extend(control_sockets(pid));
        let name = fault(&mut scene, &truth, pid).await;
        let begun = Instant::now();
        while probe::ask_at(at, &Probe::http("/healthz"), Duration::from_secs(2)).await.is_err() {
            let took = begun.elapsed();
            assert!(took < BACK_WITHIN, "round {round}: not back {took:?} after {name}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        slowest = slowest.max((begun.elapsed(), name));
    }
    watching.abort();
    let lies = watching.await.map_or_else(|it| if it.is_panic() { "it lied" } else { "" }, |()| "");
    assert_eq!(lies, "", "it said that it was connected while nothing could answer");
    measured(&format!("slowest recovery: {slowest:?}; memory {} KiB", memory_kib(pid)));
    let after = fewest_descriptors(pid).await;
    assert!(after <= before, "{after} descriptors, {before} before");
    let now: BTreeSet<PathBuf> = control_sockets(pid).collect();
    assert_eq!(now.len(), 1, "{now:?}");
    let left: Vec<_> = sockets.difference(&now).filter(|it| it.exists()).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
    assert_eq!(background.stop().await, Ok(Stopped::Gone));
    assert!(now.iter().all(|it| !it.exists()), "left behind: {now:?}");
}

/// A look at the service takes some for a moment, so the fewest of a few seconds count.
async fn fewest_descriptors(pid: u32) -> usize {
    let mut fewest = usize::MAX;
    for _ in 0..60 {
        fewest = fewest.min(descriptors(pid));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    fewest
}

/// Asks all the time, and fails when an answer cannot be true: nothing could answer before the
/// question, nothing could after it, and nothing changed in between.
async fn watch(client: Client, truth: Arc<Truth>) {
    loop {
        let before = truth.read();
        let status = client.status().await.expect("the supervisor always answers");
        let after = truth.read();
        let connected = status.tunnel.forwards[0].state == State::Connected;
        assert!(!(connected && before.1 && before == after), "{status:#?}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Breaks something, mends it where that is not the supervisor's business, and says what it was.
async fn fault(scene: &mut Scene, truth: &Truth, pid: u32) -> &'static str {
    let a_while = Duration::from_millis(fastrand::u64(50..2500));
    let kind = fastrand::u8(0..8);
    match kind {
        0 => {
            let made = scene.relay.made();
            truth.turn(true);
            scene.relay.freeze();
            // As long as no new connection is made nothing can answer.
            while scene.relay.made() == made {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            truth.turn(false);
            "a frozen link"
        }
        1 => {
            scene.relay.reset();
            "a reset"
        }
        2 => {
            scene.relay.down().await;
            truth.turn(true);
            tokio::time::sleep(a_while).await;
            truth.turn(false);
            scene.relay.up();
            "a network that was away"
        }
        3 => {
            scene.relay.stall(true);
            truth.turn(true);
            tokio::time::sleep(a_while * 2).await;
            truth.turn(false);
            scene.relay.stall(false);
            "a stall"
        }
        4 => {
            scene.sshd.down().await;
            scene.relay.reset();
            tokio::time::sleep(a_while).await;
            scene.sshd.up().await;
            "an sshd that was restarted"
        }
        5 => {
            for ssh in children(pid) {
                let ssh = ssh.to_string();
                let killed = crate::support::sshd::command("kill").args(["-9", &ssh]).status();
                let _ = killed.await;
            }
            "an ssh that was killed"
        }
        _ => {
            let mood = if kind == 6 { Mood::Down } else { Mood::Ill };
            scene.service.turn(mood);
            tokio::time::sleep(Duration::from_millis(20)).await;
            truth.turn(true);
            tokio::time::sleep(a_while).await;
            truth.turn(false);
            scene.service.turn(Mood::Well);
            "a service that was away"
        }
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
