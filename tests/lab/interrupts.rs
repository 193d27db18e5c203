//! Ctrl-C, a signal, a kill: what was done is said, nothing is left, and the next run goes on.

use std::process::Stdio;
use std::time::Duration;

use hemma_core::Command;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use crate::stage::{Stage, program};

/// Starts a deploy, waits until it says `words`, sends the signal, and returns the exit code and
/// what it said from then on.
async fn interrupted(stage: &Stage, words: &str, signal: &str) -> (Option<i32>, String) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a signal needs a process id, which a World hides"
    )]
    let mut hemma = tokio::process::Command::new(program());
    hemma.args(["deploy", "--yes", "--config"]).arg(stage.lab.config_file());
    hemma.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut hemma = hemma.process_group(0).kill_on_drop(true).spawn().expect("it starts");
    let pid = hemma.id().expect("it runs").to_string();
    let mut lines = BufReader::new(hemma.stderr.take().expect("it is piped")).lines();
    if words.is_empty() {
        tokio::time::sleep(Duration::from_millis(350)).await;
    }
    while !words.is_empty() {
        let line = lines.next_line().await.expect("it can be read").expect("it says the words");
        if line.contains(words) {
            break;
        }
    }
    stage.here(&Command::new("kill").args([signal, &pid])).await;
    let mut said = String::new();
    let rest = async {
        lines.into_inner().read_to_string(&mut said).await.expect("it can be read");
        hemma.wait().await.expect("it ends").code()
    };
    let code = tokio::time::timeout(Duration::from_secs(90), rest).await.expect("it ends soon");
    (code, said)
}

/// No connection, no socket, nothing at work on the host.
async fn nothing_is_left(stage: &Stage) {
    // Other runs on this machine have connections of their own.
    let ours = format!("ssh -F {}", stage.lab.directory().display());
    let clean = async {
        loop {
            let ssh = stage.here(&Command::new("pgrep").args(["-f", "--", &ours])).await;
            let there = stage.root("pgrep -fc '[d]ocker compose -p huleedu' || true").await;
            if !ssh.success() && there.trim() == "0" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(25), clean).await.expect("nothing is left at work");
}

#[tokio::test]
async fn an_interrupted_deploy_says_so_and_the_next_one_goes_on() {
    let stage = Stage::fresh().await;
    for (words, signal) in [
        ("", "-INT"),
        ("building", "-INT"),
        ("bringing up", "-INT"),
        ("healthy", "-INT"),
        ("building", "-TERM"),
    ] {
        if words == "building" {
            stage.lab.reset().await.expect("the lab can be reset");
        }
        let (code, said) = interrupted(&stage, words, signal).await;
        assert_eq!(code, Some(130), "after `{words}`: {said}");
        nothing_is_left(&stage).await;
    }
    stage.hemma(&["deploy", "--yes"]).await.ends(0);
    stage.hemma(&["lock", "show"]).await.ends(0).says("nobody is at work");
}

#[tokio::test]
async fn a_killed_deploy_leaves_nothing_and_the_next_one_goes_on() {
    let stage = Stage::fresh().await;
    for words in ["bringing the checkout", "building", "bringing up", "healthy"] {
        let (code, _) = interrupted(&stage, words, "-KILL").await;
        assert_eq!(code, None, "it was killed");
        nothing_is_left(&stage).await;
    }
    stage.hemma(&["deploy", "--yes"]).await.ends(0);
    stage.hemma(&["plan"]).await.ends(0).says("nothing to do");
}
