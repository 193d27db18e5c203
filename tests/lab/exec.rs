//! Commands of the operator's in the containers of services.

use std::io::Write;

use rustix::process::Signal;

use crate::stage::{Stage, until};

const CTRL_C: &[u8] = b"\x03";

#[tokio::test]
async fn words_streams_and_exit_code_are_handed_on_as_they_are() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    let script = "printf '<%s>' \"$@\"; cat >&2; exit 7";
    let hostile = ["a b", "", "$(id)", "it's", "\"", "--json", "\\", "*", "-x"];
    let words = ["exec", "redis", "--", "sh", "-c", script, "sh"];
    let ran = stage.hemma(&[&words[..], &hostile[..]].concat()).await;
    ran.exits(7);
    assert_eq!(ran.stdout, hostile.map(|it| format!("<{it}>")).concat() + "\n", "{ran}");
    stage.hemma(&["exec", "huleedu_redis", "sh", "-c", "exit 255"]).await.exits(255);
    stage
        .hemma(&["exec", "redis", "-u", "nobody", "-w", "/tmp", "--", "sh", "-c", "id -un; pwd"])
        .await
        .exits(0)
        .says("nobody\n/tmp");
    stage.hemma(&["exec", "redis", "--plan", "--", "false"]).await.exits(4).says("run false");
    stage.hemma(&["exec", "redis", "--json", "--", "false"]).await.exits(2);
    stage.hemma(&["exec", "redsi", "--", "true"]).await.refuses(1, "did you mean `redis`?");
    let stopped = stage.hemma(&["exec", "kafka_topic_setup", "--", "true"]).await;
    stopped.refuses(1, "is not running: Exited (0)").says("logs kafka_topic_setup");
    stage.hemma(&["history"]).await.says("done    run sh in container huleedu_redis");
    stage.is_as(&before).await;
}

#[tokio::test]
async fn bytes_of_a_pipe_arrive_and_a_lock_is_not_waited_for() {
    let stage = Stage::deployed().await;
    let restart = stage.start(&["restart", "websocket_service", "--yes"]);
    restart.has_said("replacing").await;
    let bytes: Vec<u8> = (0..=255).cycle().take(256 * 2000).collect();
    let high = "tr -d '\\000-\\177' | wc -c";
    let counted = stage.fed(&["exec", "redis", "--", "sh", "-c", high], bytes).await;
    restart.end().await.exits(0);
    assert_eq!(counted.exits(0).stdout.trim(), (128 * 2000).to_string(), "{counted}");
}

#[tokio::test]
async fn on_a_terminal_it_has_one_and_gets_the_keys_and_without_one_it_outlives_ctrl_c() {
    let stage = Stage::deployed().await;
    let (shell, terminal) = stage.seated_wholly(&["exec", "redis", "sh"]);
    // Input is echoed: only the output has the sum in it.
    terminal.types("test -t 0 && test -t 1 && echo seen-$((1 + 1))");
    shell.has_said("seen-2").await;
    // One program from its first word on: a shell that has yet to start another may lose the key.
    terminal.types("sh -c 'echo begun-$((1 + 1)); exec sleep 100'");
    shell.has_said("begun-2").await;
    terminal.keyboard().write_all(CTRL_C).expect("somebody has it open");
    terminal.types("echo after-$?");
    shell.has_said("after-130").await;
    terminal.types("exit 7");
    shell.end().await.exits(7);
    stage.is_quiet().await;

    let script = "echo begun >&2; sleep 2; touch /tmp/hemma-outlived";
    let piped = ["exec", "redis", "--", "sh", "-c", script];
    let cut = stage.interrupted(&piped, "begun", Signal::INT).await;
    cut.exits(130).says("may still run in container huleedu_redis");
    until("what it was to leave is there", async || {
        let gone = stage.hemma(&["exec", "redis", "--", "rm", "/tmp/hemma-outlived"]).await;
        if gone.exit == Some(0) { String::new() } else { gone.to_string() }
    })
    .await;
}
