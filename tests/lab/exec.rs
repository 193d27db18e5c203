//! Commands of the operator's own in the containers of services.

use crate::stage::Stage;

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
    stopped.refuses(1, "does not run: Exited (0)").says("logs kafka_topic_setup");
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
