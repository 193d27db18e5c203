//! A private sshd, a line to it that can be ill, and a service behind it. Loopback only.

pub(crate) mod background;
pub(crate) mod fault;
pub(crate) mod relay;
pub(crate) mod service;
pub(crate) mod sshd;

use std::time::{Duration, Instant};

use hemma_tunnel::{Forward, Options, Probe, Snapshot, State};

use relay::Relay;
use service::Service;
use sshd::Sshd;

/// All of it. `None` where there is no sshd, said loudly.
pub(crate) struct Scene {
    pub(crate) sshd: Sshd,
    pub(crate) relay: Relay,
    pub(crate) service: Service,
}

impl Scene {
    pub(crate) async fn new() -> Option<Self> {
        let sshd = Sshd::start().await?;
        let relay = Relay::start(sshd.port()).await;
        sshd.write_client_config(relay.port());
        Some(Self { sshd, relay, service: Service::start().await })
    }

    pub(crate) fn options(&self) -> Options {
        let mut options = Options::default();
        options.ssh.config_file = Some(self.sshd.client_config());
        options
    }

    pub(crate) fn forward(&self, name: &str) -> Forward {
        let name = name.parse().expect("a plain word");
        let probe = Probe::http("/healthz").expecting("status", "healthy");
        Forward::new(name, 0, self.service.port()).expect("a forward").probe(probe)
    }
}

pub(crate) fn host() -> hemma_core::Host {
    "hemma".parse().expect("a plain word")
}

/// Said loudly, because a skipped test looks like one that passed.
#[expect(clippy::print_stderr, reason = "a test speaks to whoever runs it")]
pub(crate) fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

/// Prints a measured number; it is shown with `--nocapture`.
#[expect(clippy::print_stderr, reason = "a test speaks to whoever runs it")]
pub(crate) fn measured(line: &str) {
    eprintln!("MEASURED {line}");
}

/// Waits for a state, within a limit, and says how long it took.
pub(crate) async fn until(
    changes: &mut tokio::sync::watch::Receiver<Snapshot>,
    limit: Duration,
    what: impl Fn(&Snapshot) -> bool,
) -> Duration {
    let begun = Instant::now();
    let waited = tokio::time::timeout(limit, changes.wait_for(|it| what(it))).await.map(|_| ());
    assert!(waited.is_ok(), "not within {limit:?}; it is {:#?}", *changes.borrow());
    begun.elapsed()
}

pub(crate) fn is_connected(snapshot: &Snapshot) -> bool {
    !snapshot.forwards.is_empty() && snapshot.is_well()
}

pub(crate) fn state(snapshot: &Snapshot) -> State {
    snapshot.forwards[0].state.clone()
}

/// A number from the environment, for a longer run.
#[expect(clippy::disallowed_methods, reason = "a test has no other settings")]
pub(crate) fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The processes that a process has started. Empty where there is no `/proc`.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|it| std::fs::read_to_string(it.path().join("children")).ok());
    lists.flat_map(|it| it.split_whitespace().flat_map(str::parse).collect::<Vec<u32>>()).collect()
}

pub(crate) fn descriptors(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().count()
}

pub(crate) fn memory_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
