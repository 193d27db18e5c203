//! Deploys that fail: the cause is shown, and what ran before runs again.

use crate::deploy::{changed, containers};
use crate::hemma::Ran;
use crate::stage::Stage;

/// Pushes a fault, deploys it without success, and expects everything else to be as before.
async fn fails(stage: &Stage, fault: &str, touched: &[&str]) -> Ran {
    let head = stage.lab.remote_head().await.expect("it has one");
    let before = containers(stage).await;
    stage.lab.push_fault(fault, &[]).await.expect("it is pushed");
    let deploy = stage.hemma(&["deploy", "--yes"]).await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    deploy.exits(1);
    assert_eq!(stage.operator("git rev-parse HEAD").await, head, "{deploy}");
    assert_eq!(changed(&before, &containers(stage).await), touched, "{deploy}");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
    deploy
}

#[tokio::test]
async fn a_build_that_fails_shows_its_end_and_touches_no_container() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "build-fails", &[]).await;
    deploy.says("[PdmUsageError]: Requested groups not in lockfile: dev");
    let finding = deploy.stdout.lines().skip_while(|it| !it.starts_with("FAIL  build"));
    let shown = finding.skip(1).take_while(|it| it.starts_with("      ")).count();
    assert!((3..30).contains(&shown), "{deploy}");
    deploy.says(" failed at step ").says("      step ");
}

#[tokio::test]
async fn a_service_that_turns_unhealthy_is_taken_back_with_its_last_words() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "unhealthy", &["huleedu_bff_teacher_service"]).await;
    deploy.says("FAIL  service bff_teacher_service  unhealthy").says("503");
    deploy.says("hint: fix the error that its last lines show, push, and run `cargo xtask deploy`");
    taken_back(&stage, &deploy).await;
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_service_that_turns_unhealthy_after_a_while_is_taken_back() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "unhealthy-later", &["huleedu_identity_service"]).await;
    deploy.says("FAIL  service identity_service").says("unhealthy").says("503");
    taken_back(&stage, &deploy).await;
}

#[tokio::test]
async fn compose_that_gives_up_in_the_middle_is_taken_back() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "unhealthy-dependency", &["huleedu_content_service"]).await;
    deploy.says("FAIL  service content_service  unhealthy");
    taken_back(&stage, &deploy).await;
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_service_that_restarts_in_a_loop_is_taken_back_with_its_last_words() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "crash-loop", &["huleedu_essay_lifecycle_worker"]).await;
    deploy.says("FAIL  service essay_lifecycle_worker").says("RuntimeError: no consumer group");
    taken_back(&stage, &deploy).await;
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_one_shot_that_exits_non_zero_is_taken_back() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "one-shot-fails", &["huleedu_kafka_topic_setup"]).await;
    deploy.says("FAIL  service kafka_topic_setup").says("exited 3");
    taken_back(&stage, &deploy).await;
}

/// The message and the history say so, and the lock is free.
async fn taken_back(stage: &Stage, deploy: &Ran) {
    let head = stage.operator("git rev-parse HEAD").await;
    let head = &head[..10];
    deploy.says(&format!("it was taken back; {head} runs, healthy"));
    stage.hemma(&["history"]).await.exits(0).says(&format!("restore {head} and its images"));
    stage.hemma(&["lock", "show"]).await.exits(0).says("it is free");
}

/// Writes the overlay's text about redis.
async fn overlay(stage: &Stage, says: &str) {
    stage.operator(&format!("printf 'services:\\n  redis:\\n    {says}\\n' > ../own.yml")).await;
}

#[tokio::test]
#[ignore = "thorough"]
async fn an_overlay_that_fails_gives_way_to_the_one_that_ran() {
    let stage = Stage::deployed().await;
    stage.configure(|it| it.compose.overlay = Some("own.yml".parse().expect("a file name")));
    overlay(&stage, "labels: {own: one}").await;
    let first = stage.hemma(&["deploy", "--yes"]).await;
    first.exits(0).says("it runs with another configuration: labels own");
    let (before, ran) = (containers(&stage).await, stage.operator("cat ../own.yml").await);

    overlay(&stage, "healthcheck: {test: [CMD, \"false\"], interval: 1s, retries: 1}").await;
    let bad = stage.operator("cat ../own.yml").await;
    let failed = stage.hemma(&["deploy", "--yes"]).await;
    let (now, beside) =
        (stage.operator("cat ../own.yml").await, stage.operator("cat ../own.yml.replaced").await);
    let after = containers(&stage).await;
    let again = stage.hemma(&["deploy", "--yes"]).await;
    stage.configure(|it| it.compose.overlay = None);
    stage.operator("rm ../own.yml ../own.yml.replaced").await;
    stage.hemma(&["deploy", "--yes"]).await.exits(0);

    failed.exits(1).says("FAIL  service redis").says("it was taken back").says("own.yml.replaced");
    assert_eq!((now, beside), (ran, bad), "{failed}");
    assert_eq!(changed(&before, &after), ["huleedu_redis"], "{failed}");
    again.exits(0).says("nothing to do");
}
