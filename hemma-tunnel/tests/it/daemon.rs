//! The supervisor in the background: there is one, it says what is the case, and it goes whole.

use std::time::Duration;

use hemma_tunnel::daemon::{Error, InstanceDir, Request, Stopped, run};
use hemma_tunnel::{Forward, State};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::support::background::Background;
use crate::support::service::Mood;
use crate::support::{Scene, host, measured, memory_kib};

#[tokio::test]
async fn it_starts_once_says_what_is_the_case_and_leaves_nothing() {
    let Some(scene) = Scene::new().await else { return };
    let background = Background::new();
    assert!(background.client().await.is_none());
    assert_eq!(background.stop().await, Ok(Stopped::Already));
    let config = || scene.sshd.client_config();
    let first = background.start(config(), vec![scene.forward("a")]).await.expect("it starts");
    assert!(first.ran_already.is_empty() && first.status.tunnel.is_well(), "{first:?}");
    let at = first.status.tunnel.forwards[0].local[0];
    assert!(tokio::net::TcpStream::connect(at).await.is_ok());

    let both = vec![scene.forward("a"), scene.forward("b")];
    let second = background.start(config(), both).await.expect("it adds what is missing");
    assert_eq!(second.ran_already.len(), 1);
    assert_eq!(second.status.pid, first.status.pid, "there is one process");
    assert_eq!(second.status.tunnel.forwards.len(), 2);
    let again = run(background.seat.clone(), scene.options(), vec![], async {}).await;
    assert!(matches!(again, Err(Error::Runs { .. })), "{again:?}");

    // Each status is a fresh look, and does not wait for the next round of probes.
    let client = background.client().await.expect("it runs");
    scene.service.turn(Mood::Down);
    let status = client.status().await.expect("it answers");
    assert!(matches!(status.tunnel.forwards[0].state, State::Silent { .. }), "{status:?}");
    scene.service.turn(Mood::Well);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(client.status().await.expect("it answers").tunnel.is_well());

    let report = background.verify(&[scene.forward("a"), scene.forward("c")]).await;
    let said: Vec<&str> = report.findings.iter().map(|it| it.detail.as_str()).collect();
    assert!(said[0].contains("connected") && said[1] == "not running", "{said:?}");

    // A forward of this name with other settings is another forward.
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("there is a port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let b = "b".parse().expect("a name");
    let moved = Forward::new(b, port, scene.forward("b").remote().port()).expect("a forward");
    let report = background.verify(std::slice::from_ref(&moved)).await;
    let said = &report.findings[0].detail;
    assert!(said.contains("other settings") && said.contains(&port.to_string()), "{said}");
    let third = background.start(config(), vec![moved.clone()]).await.expect("it is replaced");
    let b = third.status.tunnel.forward(moved.name()).expect("it runs");
    assert_eq!((b.local[0].port(), third.status.pid), (port, first.status.pid));
    assert_eq!(third.status.tunnel.forwards.len(), 2, "and not beside the other");

    let name = "b".parse().expect("a name");
    client.tell(&Request::Remove { name }).await.expect("it is there");
    let log = client.logs(100).await.expect("it answers").join("\n");
    for word in [
        "started, process",
        "link to hemma: connected",
        "a: port open, service silent",
        "b: closed",
    ] {
        assert!(log.contains(word), "{word} is not in\n{log}");
    }
    measured(&format!("resident memory of the supervisor: {} KiB", memory_kib(first.status.pid)));
    assert_eq!(background.stop().await, Ok(Stopped::Gone));
    assert!(tokio::net::TcpStream::connect(at).await.is_err(), "something still listens");
    let taken = std::net::TcpListener::bind(at).expect("it is free again");
    let same = Forward::new("a".parse().expect("a name"), at.port(), 80).expect("a forward");
    let report = background.verify(&[same]).await;
    let said = &report.findings[0].detail;
    assert!(said.starts_with(&format!("not running, and port {} is held by", at.port())), "{said}");
    drop(taken);
}

#[tokio::test]
async fn a_killed_one_leaves_nothing_that_is_in_the_way() {
    let Some(scene) = Scene::new().await else { return };
    let background = Background::new();
    let config = || scene.sshd.client_config();
    let first = background.start(config(), vec![scene.forward("a")]).await.expect("it starts");
    let pid = first.status.pid.to_string();
    let killed = crate::support::sshd::command("kill").args(["-9", &pid]).status().await;
    assert!(killed.expect("kill starts").success());
    // It dies a moment after it was told to.
    while background.client().await.is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let second =
        background.start(config(), vec![scene.forward("a")]).await.expect("it starts again");
    assert!(second.ran_already.is_empty() && second.status.pid != first.status.pid);
    assert_eq!(background.stop().await, Ok(Stopped::Gone));
}

#[tokio::test]
async fn a_host_that_is_away_is_said_soon_and_waited_for_in_the_background() {
    let Some(mut scene) = Scene::new().await else { return };
    scene.sshd.down().await;
    let background = Background::new();
    let forwards = vec![scene.forward("a")];
    let began = std::time::Instant::now();
    let config = scene.sshd.client_config();
    background.start(config, forwards.clone()).await.expect("it starts");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let report = background.verify(&forwards).await;
    assert_eq!(report.verdict(), hemma_core::Verdict::Unknown, "{report:?}");
    let made = scene.relay.made();
    let again = background.start(scene.sshd.client_config(), forwards.clone()).await;
    again.expect("it runs");
    assert!(scene.relay.made() > made, "whoever starts it again is answered by a fresh attempt");
    scene.sshd.up().await;
    let well = async || background.client().await.expect("it runs").status().await;
    while !well().await.expect("it answers").tunnel.is_well() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not go on trying");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(background.stop().await, Ok(Stopped::Gone));
}

#[tokio::test]
async fn nonsense_on_its_socket_is_refused_and_hurts_nothing() {
    let dir = tempfile::tempdir_in("/tmp").expect("a directory");
    let seat = InstanceDir::new(dir.path().join("run"), host());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let stop = async {
        let _ = ended.await;
    };
    // No sshd is needed: the host is away, and that is an answer as well.
    let mut options = hemma_tunnel::Options::default();
    options.ssh.config_file = Some("/dev/null".into());
    let running = tokio::spawn(run(seat.clone(), options, vec![], stop));
    let socket = dir.path().join("run/tunnel-hemma.sock");
    while !socket.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for (line, expected) in [
        ("nonsense", "that is not a request"),
        ("{\"ask\":\"logs\",\"lines\":18446744073709551615}", "\"answer\":\"lines\""),
        ("{\"ask\":\"status\"}", "\"answer\":\"status\""),
    ] {
        let stream = tokio::net::UnixStream::connect(&socket).await.expect("it listens");
        let mut stream = BufReader::new(stream);
        stream.write_all(format!("{line}\n").as_bytes()).await.expect("it takes it");
        let mut answer = String::new();
        stream.read_line(&mut answer).await.expect("it answers");
        assert!(answer.contains(expected), "{line}: {answer}");
    }
    end.send(()).expect("it runs");
    running.await.expect("no panic").expect("it ends in order");
    assert!(!socket.exists());
}
