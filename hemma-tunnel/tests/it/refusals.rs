//! What cannot work is said clearly, is not tried again and again, and takes nothing else down.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hemma_tunnel::{Clock, Forward, State, Supervisor, SystemClock};
use tokio::net::TcpListener;

use crate::support::{Scene, host, is_connected, until};

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_person_has_to_do_something_about_keys() {
    let Some(scene) = Scene::new().await else { return };
    let rows: [(&str, &str, &str); 2] = [
        ("known_hosts", "host_key.pub", "the host's key has changed"),
        ("authorized_keys", "user_key.pub", "public-key authentication failed"),
    ];
    for (file, key, expected) in rows {
        let right = std::fs::read(scene.sshd.file(file)).expect("it is there");
        // A valid key of another user.
        let other = if key == "host_key.pub" { "user_key.pub" } else { "host_key.pub" };
        let other = std::fs::read_to_string(scene.sshd.file(other)).expect("it is there");
        let name = if key == "host_key.pub" { "hemma " } else { "" };
        std::fs::write(scene.sshd.file(file), format!("{name}{other}")).expect("writable");
        let supervisor = Supervisor::start(host(), scene.options());
        supervisor.add(scene.forward("a")).expect("the only one");
        let mut changes = supervisor.subscribe();
        let is_it = |it: &State| matches!(it, State::Fatal { reason } if reason.contains(expected));
        until(&mut changes, SOON, |it| is_it(&it.link) && is_it(&it.forwards[0].state)).await;
        let made = scene.relay.made();
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(scene.relay.made(), made, "it tried again by itself");
        std::fs::write(scene.sshd.file(file), right).expect("writable");
        supervisor.retry();
        until(&mut changes, SOON, is_connected).await;
        supervisor.stop(Duration::ZERO).await;
    }
}

#[tokio::test]
async fn an_unknown_alias_is_named_and_waited_for() {
    let Some(scene) = Scene::new().await else { return };
    let nowhere = "no-such-alias.invalid".parse().expect("a host");
    let limit = Duration::from_secs(2);
    let error = scene.forward("a").open(&nowhere, scene.options(), limit).await;
    let said = error.expect_err("there is no such host").to_string();
    assert!(said.contains("no alias in the ssh configuration"), "{said}");
}

#[tokio::test]
async fn forwarding_that_the_host_forbids_is_called_so() {
    let Some(mut scene) = Scene::new().await else { return };
    scene.sshd.configure("AllowTcpForwarding no");
    scene.sshd.down().await;
    scene.sshd.up().await;
    let error = scene.forward("a").open(&host(), scene.options(), SOON).await;
    let said = error.expect_err("it is forbidden").to_string();
    assert!(said.contains("sshd on the host forbids forwarding"), "{said}");
}

#[tokio::test]
async fn a_taken_port_names_its_holder_and_no_other_forward_suffers() {
    let Some(scene) = Scene::new().await else { return };
    let taken = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback is there");
    let port = taken.local_addr().expect("bound").port();
    let supervisor = Supervisor::start(host(), scene.options());
    let bad = Forward::new("bad".parse().expect("a name"), port, scene.service.port());
    supervisor.add(bad.expect("a forward")).expect("the first");
    supervisor.add(scene.forward("good").on_ipv6_too()).expect("another");
    let same = Forward::new("same".parse().expect("a name"), port, 80).expect("a forward");
    let said = supervisor.add(same).expect_err("its port is taken by one of ours").to_string();
    assert!(said.contains("both use port"), "{said}");
    let mut changes = supervisor.subscribe();
    until(&mut changes, SOON, |it| it.forwards[1].state == State::Connected).await;
    let State::Held { by } = changes.borrow().forwards[0].state.clone() else {
        panic!("{:?}", *changes.borrow());
    };
    let us = format!("(pid {})", std::process::id());
    assert!(by.ends_with(&us) || cfg!(not(target_os = "linux")), "{by}");
    let both = changes.borrow().forwards[1].local.clone();
    assert!(both.len() == 2 && both[1].is_ipv6() && both[0].port() == both[1].port(), "{both:?}");
    // Nothing was freed by force, and it is ours as soon as it is free.
    drop(taken);
    until(&mut changes, SOON, is_connected).await;
    assert!(supervisor.remove(&"bad".parse().expect("a name"), Duration::ZERO).await);
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
    assert_eq!(supervisor.look().await.forwards.len(), 1);
    supervisor.stop(Duration::ZERO).await;
}

/// A machine that sleeps when it is told to.
#[derive(Debug, Default)]
struct Sleepy {
    usual: SystemClock,
    slept: Mutex<Duration>,
}

impl Clock for Sleepy {
    fn now(&self) -> jiff::Timestamp {
        self.usual.now() + *self.slept.lock().expect("no panic holds it")
    }

    fn awake(&self) -> Duration {
        self.usual.awake()
    }
}

#[tokio::test]
async fn sleep_makes_it_look_at_once() {
    let Some(scene) = Scene::new().await else { return };
    let clock = Arc::new(Sleepy::default());
    let mut options = scene.options();
    options.clock = Arc::<Sleepy>::clone(&clock);
    let supervisor = Supervisor::start(host(), options);
    supervisor.add(scene.forward("a")).expect("the only one");
    let mut changes = supervisor.subscribe();
    until(&mut changes, SOON, is_connected).await;
    // The other side has forgotten us while we slept.
    scene.relay.freeze();
    *clock.slept.lock().expect("no panic holds it") += Duration::from_secs(3600);
    let begun = Instant::now();
    until(&mut changes, SOON, |it| !is_connected(it)).await;
    until(&mut changes, SOON, is_connected).await;
    let took = begun.elapsed();
    crate::support::measured(&format!("from wake to connected: {took:?}"));
    assert!(took < Duration::from_millis(3400), "it waited as for any other silence: {took:?}");
    // And a sleep over which the link has lived breaks nothing.
    *clock.slept.lock().expect("no panic holds it") += Duration::from_secs(3600);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(supervisor.snapshot().reconnects, 1);
    supervisor.stop(Duration::ZERO).await;
}
