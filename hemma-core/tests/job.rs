//! A program of the operator's own: its end, its signals, and a terminal that closes.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use hemma_core::{Command, Job, Told, World};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

/// Runs `job.sh` of its directory as a job, and writes down how it ended. The tests below start it
/// as a process: they must not signal themselves.
#[tokio::test]
#[ignore = "it is a part of the other tests"]
async fn player() {
    let run = Command::new("sh").arg("job.sh");
    let told = Told::new(|_| {});
    let job = Job { run, log: "job.log".into(), told };
    let ended = World::local().ask_again(&job).await;
    std::fs::write("ended", format!("{:?}", ended.expect("sh starts"))).expect("it is written");
}

fn play(dir: &Path, script: &str, through: &[&str]) -> Child {
    std::fs::write(dir.join("job.sh"), script).expect("it is written");
    let own = std::env::current_exe().expect("it runs").display().to_string();
    let line = [own.as_str(), "--exact", "player", "--ignored", "--nocapture"];
    // `script` takes a line for a shell; a test's path has nothing in it that a shell would read.
    let joined = line.join(" ");
    let words = match through {
        [] => line.to_vec(),
        through => through.iter().copied().chain([joined.as_str(), "/dev/null"]).collect(),
    };
    #[expect(clippy::disallowed_methods, reason = "signals are what is tested")]
    let mut command = tokio::process::Command::new(words[0]);
    command.args(&words[1..]).current_dir(dir).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.process_group(0).spawn().expect("it starts")
}

fn signal(child: &Child, signal: Signal) {
    let id = child.id().and_then(|it| Pid::from_raw(it.try_into().ok()?));
    kill_process(id.expect("it runs"), signal).expect("it runs");
}

async fn text(dir: &Path, name: &str) -> String {
    for _ in 0..200 {
        match std::fs::read_to_string(dir.join(name)) {
            Ok(text) if !text.is_empty() => return text,
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("{name} was never written");
}

#[tokio::test]
async fn its_end_is_told() {
    for (script, expected) in [("exit 7", "Exited(7)"), ("kill -9 $$", "Signalled(9)")] {
        let dir = tempfile::tempdir().expect("a place");
        let player = play(dir.path(), script, &[]);
        assert_eq!(text(dir.path(), "ended").await, expected);
        drop(player);
    }
}

#[tokio::test]
async fn it_gets_the_signals_and_decides() {
    for (wanted, name) in [(Signal::INT, "INT"), (Signal::TERM, "TERM"), (Signal::USR1, "USR1")] {
        let dir = tempfile::tempdir().expect("a place");
        let script =
            format!("trap 'echo {name} >got; exit 5' {name}\necho x >begun\nsleep 9 & wait");
        let player = play(dir.path(), &script, &[]);
        text(dir.path(), "begun").await;
        signal(&player, wanted);
        assert_eq!(text(dir.path(), "ended").await, "Exited(5)");
        assert_eq!(text(dir.path(), "got").await.trim(), name);
    }
}

#[tokio::test]
async fn it_goes_on_when_the_terminal_closes_and_when_we_are_killed() {
    let dir = tempfile::tempdir().expect("a place");
    let script = "echo begun\ntest -t 1 && echo terminal\necho $PPID >begun\nsleep 1\necho out\n\
                  echo err >&2\necho $? >done";
    let player = play(dir.path(), script, &["script", "-qc"]);
    text(dir.path(), "begun").await;
    // Its side of the terminal closes with it, as a window does.
    signal(&player, Signal::KILL);
    assert_eq!(text(dir.path(), "done").await.trim(), "0");
    assert_eq!(text(dir.path(), "job.log").await, "begun\nout\nerr\n");
    assert_eq!(text(dir.path(), "ended").await, "Exited(0)");

    let dir = tempfile::tempdir().expect("a place");
    let player = play(dir.path(), script, &["script", "-qc"]);
    let us = text(dir.path(), "begun").await.trim().parse().ok().and_then(Pid::from_raw);
    kill_process(us.expect("its parent"), Signal::KILL).expect("it runs");
    assert_eq!(text(dir.path(), "done").await.trim(), "0");
    assert_eq!(text(dir.path(), "job.log").await, "begun\nout\nerr\n");
    drop(player);
}
