//! A tunnel over a line that is ill, and what its user sees.

use std::time::{Duration, Instant};

use crate::support::relay::Relay;
use crate::support::service::Mood;
use crate::support::{Scene, host, is_connected, measured, state, until};
use hemma_tunnel::{Probe, State, Supervisor, probe};

const SOON: Duration = Duration::from_secs(30);

struct Up {
    scene: Scene,
    supervisor: Supervisor,
    changes: tokio::sync::watch::Receiver<hemma_tunnel::Snapshot>,
}

async fn up() -> Option<Up> {
    let scene = Scene::new().await?;
    let supervisor = Supervisor::start(host(), scene.options());
    supervisor.add(scene.forward("language-tool")).expect("the only one");
    let mut changes = supervisor.subscribe();
    until(&mut changes, SOON, is_connected).await;
    Some(Up { scene, supervisor, changes })
}

impl Up {
    /// What a user of the port sees.
    async fn answers(&self) -> Result<(), probe::Silence> {
        let at = self.changes.borrow().forwards[0].local[0];
        probe::ask_at(at, &Probe::http("/healthz"), SOON).await
    }

    /// Breaks the line and waits until the port answers again: [`SOON`], as a busy machine is slower
    /// than any limit that says something about the supervisor.
    async fn heals(&mut self, fault: impl AsyncFnOnce(&Relay)) -> Duration {
        fault(&self.scene.relay).await;
        let begun = Instant::now();
        self.answers().await.expect("it answers again");
        let took = begun.elapsed();
        until(&mut self.changes, SOON, is_connected).await;
        took
    }

    async fn down(self) {
        let at = self.changes.borrow().forwards[0].local[0];
        self.supervisor.stop(Duration::from_secs(1)).await;
        let left = tokio::net::TcpStream::connect(at).await;
        assert!(left.is_err(), "something still listens on {at}");
    }
}

#[tokio::test]
async fn a_frozen_link_is_replaced() {
    let Some(mut up) = up().await else { return };
    let took = up.heals(async |it| it.freeze()).await;
    measured(&format!("from a frozen link to the first answer: {took:?}"));
    assert_eq!(up.supervisor.snapshot().reconnects, 1);
    up.down().await;
}

#[tokio::test]
async fn a_reset_is_healed_at_once() {
    let Some(mut up) = up().await else { return };
    let took = up.heals(async |it| it.reset()).await;
    measured(&format!("from a reset to the first answer: {took:?}"));
    up.down().await;
}

#[tokio::test]
async fn a_short_stall_breaks_nothing() {
    let Some(mut up) = up().await else { return };
    up.scene.relay.stall(true);
    until(&mut up.changes, SOON, |it| matches!(it.link, State::Degraded { .. })).await;
    assert!(matches!(state(&up.changes.borrow()), State::Degraded { .. }), "it was told");
    up.scene.relay.stall(false);
    until(&mut up.changes, Duration::from_secs(2), is_connected).await;
    assert_eq!(up.supervisor.snapshot().reconnects, 0);
    up.down().await;
}

#[tokio::test]
async fn a_network_that_is_away_is_waited_for() {
    let Some(mut up) = up().await else { return };
    up.scene.relay.down().await;
    until(&mut up.changes, SOON, |it| matches!(state(it), State::Reconnecting { .. })).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let at = up.changes.borrow().forwards[0].local[0];
    assert!(std::net::TcpListener::bind(at).is_err(), "the port stays ours meanwhile");
    let took = up.heals(async |it| it.up()).await;
    measured(&format!("from network-back to the first answer: {took:?}"));
    up.down().await;
}

#[tokio::test]
async fn an_sshd_that_restarts_is_found_again() {
    let Some(mut up) = up().await else { return };
    up.scene.sshd.down().await;
    up.scene.relay.reset();
    until(&mut up.changes, SOON, |it| matches!(state(it), State::Reconnecting { .. })).await;
    up.scene.sshd.up().await;
    let took = up.heals(async |_| {}).await;
    measured(&format!("from an sshd that is back to the first answer: {took:?}"));
    up.down().await;
}

#[tokio::test]
async fn a_host_that_reboots_is_found_again() {
    let Some(mut up) = up().await else { return };
    // It goes without a word, and its services come back after its sshd.
    up.scene.relay.stall(true);
    up.scene.service.turn(Mood::Down);
    up.scene.sshd.down().await;
    until(&mut up.changes, SOON, |it| matches!(state(it), State::Reconnecting { .. })).await;
    up.scene.relay.reset();
    up.scene.relay.stall(false);
    up.scene.sshd.up().await;
    until(&mut up.changes, SOON, |it| matches!(state(it), State::Silent { .. })).await;
    let service = &up.scene.service;
    service.turn(Mood::Well);
    until(&mut up.changes, SOON, is_connected).await;
    up.down().await;
}

#[tokio::test]
async fn a_service_that_is_away_is_not_the_links_fault() {
    let Some(mut up) = up().await else { return };
    let rows = [
        (Mood::Down, "port open, service silent: 127.0.0.1", "Connection refused"),
        (Mood::Silent, "port open, service silent: no answer", "within 3000 ms"),
        (Mood::Ill, "degraded: it answered 503", "degraded\"}"),
    ];
    for (mood, begins, ends) in rows {
        up.scene.service.turn(mood);
        let is_it = |it: &str| it.starts_with(begins) && it.ends_with(ends);
        until(&mut up.changes, SOON, |it| is_it(&state(it).to_string())).await;
        up.scene.service.turn(Mood::Well);
        until(&mut up.changes, SOON, is_connected).await;
    }
    assert_eq!(up.supervisor.snapshot().reconnects, 0);
    up.down().await;
}
