//! Hosts that cannot be reached: "could not look", in ssh's own words, with one thing to try.

use std::net::TcpListener;

use hemma_core::{Command, Live, Place, SshOptions};

use crate::stage::Stage;

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_told_from_one_that_is_not_ready() {
    let stage = Stage::set().await;
    let before = stage.traces().await;
    let usual = std::fs::read_to_string(stage.lab.ssh_config()).expect("it is there");
    let other = keys(&stage).await;
    let rows = [
        (usual.clone(), "hemmma.invalid", "no name that resolves"),
        (with(&usual, "Port", &closed_port()), "hemma", "the host refused the connection"),
        (with(&usual, "UserKnownHostsFile", &other.known), "hemma", "the host's key has changed"),
        (with(&usual, "UserKnownHostsFile", "/dev/null"), "hemma", "is not known on this machine"),
        (with(&usual, "IdentityFile", &other.key), "hemma", "public-key authentication failed"),
    ];
    for (config, alias, says) in rows {
        let path = stage.write("ssh_config", &config);
        stage.configure(|it| it.host.ssh_config = Some(path.into()));
        for verb in [&["deploy", "--yes"][..], &["status"], &["day2", "external-network"]] {
            let args: Vec<_> = verb.iter().copied().chain(["--host", alias]).collect();
            stage.hemma(&args).await.refuses(3, says).says("hint: ");
        }
    }
    stage.is_as(&before).await;
}

/// ssh's configuration with another value for one of its keys.
fn with(config: &str, key: &str, value: &str) -> String {
    let line = |it: &str| match it.trim_start().split_once(' ') {
        Some((found, _)) if found == key => format!("  {key} {value}\n"),
        _ => format!("{it}\n"),
    };
    config.lines().map(line).collect()
}

/// A port on which nothing listens: it was free a moment ago.
fn closed_port() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound").port().to_string()
}

/// A key that the host does not know, and a file in which it is the host's.
struct Keys {
    key: String,
    known: String,
}

async fn keys(stage: &Stage) -> Keys {
    let key = stage.here().join("other-key").display().to_string();
    let line = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &key]);
    let made = Live::new(SshOptions::default()).run(&Place::Here, &line).await;
    assert!(made.is_ok_and(|it| it.success()), "ssh-keygen is part of OpenSSH");
    let public = std::fs::read_to_string(format!("{key}.pub")).expect("it was made");
    let known = stage.write("other-known", &format!("hemma-lab {public}"));
    Keys { key, known: known.display().to_string() }
}
