//! One connection and its sessions: shared by many commands, and freed when they end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hemma_core::{Command, World};
use tokio::task::JoinSet;

use crate::stage::{Stage, on_host, until};

/// More than sshd has sessions for (10), by far.
const MANY: usize = 50;

#[tokio::test]
async fn many_commands_at_once_are_all_answered_over_one_connection() {
    let stage = Stage::set().await;
    let world = Arc::new(stage.world());
    let mut asked = JoinSet::new();
    for number in 0..MANY {
        let question = on_host(Command::new("echo").arg(number.to_string()));
        let world = Arc::clone(&world);
        asked.spawn(async move { (number, world.ask(&question).await) });
    }
    for (number, answer) in asked.join_all().await {
        assert_eq!(answer.expect("it is answered").stdout, format!("{number}\n"));
    }
    assert_eq!(world.handshakes(), 1);
    leaves(&stage, &world).await;
}

#[tokio::test]
async fn exit_codes_and_both_streams_come_back_as_they_are() {
    let stage = Stage::set().await;
    let world = stage.world();
    let script = "echo out; echo err >&2; exit $1";
    for sudo in [false, true] {
        for exit in [0, 1, 126, 127, 255] {
            let line = Command::script(script, [exit.to_string()]);
            let question = on_host(if sudo { line.sudo() } else { line });
            let answer = world.ask(&question).await.expect("an exit code is an answer");
            let streams = (answer.stdout.as_str(), answer.stderr.as_str());
            assert_eq!((answer.exit, streams), (exit, ("out\n", "err\n")), "sudo: {sudo}");
        }
    }
    // The surrounding shell reports a signal as 128 and its number.
    let killed = world.ask(&on_host(Command::script("kill -KILL $$", [""; 0]))).await;
    assert_eq!(killed.expect("the shell answered").exit, 137);
    let missing = world.ask(&on_host(Command::new("no-such-program"))).await;
    let missing = missing.expect("the shell answered");
    assert_eq!(missing.exit, 127);
    assert!(missing.stderr.contains("no-such-program"), "{}", missing.stderr);
    leaves(&stage, &world).await;
}

#[tokio::test]
async fn who_stops_waiting_ends_the_command_and_frees_its_session() {
    let stage = Stage::set().await;
    let world = Arc::new(stage.world());
    for sudo in [false, true] {
        let mut waiting = JoinSet::new();
        // One for each session of the budget, so that the next command needs one of them.
        for number in 0..8 {
            let line = Command::new("sleep").arg(format!("1000{number}"));
            let question = on_host(if sudo { line.sudo() } else { line });
            let world = Arc::clone(&world);
            waiting.spawn(async move { world.ask(&question).await });
        }
        let missing = "[ $(pgrep -c -f '^sleep 1000') = 8 ] || echo they do not run yet";
        until("eight commands", async || stage.root(missing).await).await;
        let dropped = Instant::now();
        waiting.shutdown().await;
        let left = async || stage.root("pgrep -a -f '^sleep 1000'; true").await;
        until("no command whose answer nobody waits for", left).await;
        let took = dropped.elapsed();
        assert!(took < Duration::from_secs(1), "sudo: {sudo}, after {took:?}");
        let next = world.ask(&on_host(Command::new("echo").arg(sudo.to_string()))).await;
        assert!(next.is_ok_and(|it| it.success()), "its session is free again");
    }
    leaves(&stage, &world).await;
}

/// A sudo that has just begun loses the signal that should end it.
#[tokio::test]
async fn a_script_ends_at_whatever_step_of_its_sudo_nobody_waits_for_it_any_more() {
    let stage = Stage::set().await;
    let world = Arc::new(stage.world());
    for round in 0..10_u64 {
        let mut waiting = JoinSet::new();
        for number in 0..8 {
            let script = "trap 'exit 75' TERM; seen=$(sudo -n sleep \"2000$1\"); echo \"$seen\"";
            let question = on_host(Command::script(script, [number.to_string()]));
            let world = Arc::clone(&world);
            waiting.spawn(async move { world.ask(&question).await });
        }
        tokio::time::sleep(Duration::from_millis(40 * round)).await;
        waiting.shutdown().await;
    }
    leaves(&stage, &world).await;
}

async fn leaves(stage: &Stage, world: &World) {
    world.close().await;
    stage.is_quiet().await;
}
