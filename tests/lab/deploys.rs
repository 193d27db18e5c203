//! From nothing to healthy, one change after another, and back when it fails.

use std::collections::BTreeMap;

use crate::stage::Stage;

/// The ids of the project's containers by name.
async fn containers(stage: &Stage) -> BTreeMap<String, String> {
    let list = "docker ps --all --no-trunc --format '{{.Names}} {{.ID}}' \
        --filter label=com.docker.compose.project=huleedu";
    let text = stage.root(list).await;
    let pair = |line: &str| line.split_once(' ').map(|(name, id)| (name.into(), id.into()));
    text.lines().filter_map(pair).collect()
}

fn differing(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let names = before.keys().chain(after.keys());
    let mut names: Vec<_> = names.filter(|it| before.get(*it) != after.get(*it)).cloned().collect();
    names.sort();
    names.dedup();
    names
}

#[tokio::test]
async fn from_nothing_to_healthy_and_then_nothing_to_do() {
    let stage = Stage::fresh().await;
    stage.hemma(&["plan"]).await.ends(4).says("clone").says("create network");
    stage.hemma(&["deploy"]).await.ends(2).says("add --yes");
    assert!(containers(&stage).await.is_empty(), "nobody agreed to anything");

    stage.hemma(&["deploy", "--yes"]).await.ends(0).says("pass  service kafka_topic_setup");
    let before = stage.standing().await;
    stage.hemma(&["plan"]).await.ends(0).says("nothing to do");
    stage.hemma(&["deploy", "--yes"]).await.ends(0).says("nothing to do");
    assert_eq!(stage.standing().await, before);
    stage.hemma(&["status"]).await.ends(0).says("reverse proxy").says("network hule-network");
    let json = stage.hemma(&["status", "--json"]).await;
    assert!(json.ends(0).stdout().trim_start().starts_with('{'), "{json:?}");
}

#[tokio::test]
async fn a_commit_that_changes_one_service_changes_that_service() {
    let stage = Stage::deployed().await;
    let before = containers(&stage).await;
    stage.fault("change-one-service").await;
    let plan = stage.hemma(&["plan"]).await;
    plan.ends(4).says("+ build     api_gateway_service").never_says("websocket_service");
    assert_eq!(containers(&stage).await, before, "a plan changes nothing");

    stage.hemma(&["deploy", "--yes"]).await.ends(0);
    let after = containers(&stage).await;
    assert_eq!(differing(&before, &after), ["huleedu_api_gateway_service"]);

    stage.fault("change-environment").await;
    let before = after;
    stage.hemma(&["plan"]).await.ends(4).says("its configuration changed").never_says("build");
    stage.hemma(&["deploy", "--yes"]).await.ends(0);
    let after = containers(&stage).await;
    assert_eq!(differing(&before, &after).len(), 1, "{after:?}");
}

#[tokio::test]
async fn what_does_not_turn_healthy_is_taken_back() {
    for (fault, says) in [
        ("unhealthy", "unhealthy"),
        ("unhealthy-dependency", "unhealthy"),
        ("crash-loop", "restarting"),
        ("one-shot-fails", "exited 3"),
        ("build-fails", "Requested groups not in lockfile"),
    ] {
        let stage = Stage::deployed().await;
        let head = stage.lab.first_commit().get(..10).expect("a commit is longer").to_owned();
        stage.fault(fault).await;
        let seen = stage.hemma(&["deploy", "--yes"]).await;
        seen.ends(1).says(says).says(&format!("it was taken back; {head} runs, healthy"));
        stage.hemma(&["day2", "service-health"]).await.ends(0);
        stage.hemma(&["history"]).await.ends(0).says(&format!("put {head} and its images back"));
        stage.hemma(&["lock", "show"]).await.ends(0).says("nobody is at work");
    }
}

#[tokio::test]
async fn daily_work_goes_through_the_same_gate() {
    let stage = Stage::deployed().await;
    let before = containers(&stage).await;
    stage.hemma(&["restart", "content_service", "--yes"]).await.ends(0);
    let after = containers(&stage).await;
    assert_eq!(differing(&before, &after), ["huleedu_content_service"]);
    stage.hemma(&["rebuild", "redis", "--yes"]).await.ends(0);
    stage.hemma(&["restart", "nonsense", "--yes"]).await.ends(1).says("no service `nonsense`");
    stage.hemma(&["logs", "kafka", "--tail", "5"]).await.ends(0);
    stage.hemma(&["logs", "nonsense"]).await.ends(1).says("nonsense");

    let first = stage.lab.first_commit().to_owned();
    stage.fault("change-one-service").await;
    stage.hemma(&["deploy", "--yes"]).await.ends(0);
    stage.hemma(&["rollback", "--to", &first[..8], "--yes"]).await.ends(0);
    let head =
        stage.root("git -c safe.directory='*' -C /home/operator/apps/huleedu rev-parse HEAD");
    assert_eq!(head.await.trim(), first);
}
