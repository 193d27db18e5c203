//! Deploys that fail on the way: the cause is shown, and what ran before runs again.

use hemma_core::Progress;
use hemma_docker::rollout;

use crate::deploy::{changed, containers, service_images};
use crate::hemma::Ran;
use crate::stage::{Stage, consent};

/// Pushes a fault, deploys it in vain, and expects everything else to be as it was.
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
    assert_eq!(shown, 20, "{deploy}");
}

#[tokio::test]
async fn a_service_that_turns_unhealthy_is_taken_back_with_its_last_words() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "unhealthy", &["huleedu_bff_teacher_service"]).await;
    deploy.says("FAIL  service bff_teacher_service  unhealthy").says("503");
    deploy.says("hint: mend what its last lines show, push it, and run `cargo xtask deploy`");
    taken_back(&stage, &deploy).await;
}

#[tokio::test]
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
async fn a_service_that_restarts_in_a_loop_is_taken_back_with_its_last_words() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "crash-loop", &["huleedu_essay_lifecycle_worker"]).await;
    deploy.says("FAIL  service essay_lifecycle_worker").says("RuntimeError: no consumer group");
    taken_back(&stage, &deploy).await;
}

#[tokio::test]
async fn a_one_shot_that_exits_non_zero_is_taken_back() {
    let stage = Stage::deployed().await;
    let deploy = fails(&stage, "one-shot-fails", &["huleedu_kafka_topic_setup"]).await;
    deploy.says("FAIL  service kafka_topic_setup").says("exited 3");
    taken_back(&stage, &deploy).await;
}

/// It is said, it is in the history, and nobody holds the lock any more.
async fn taken_back(stage: &Stage, deploy: &Ran) {
    let head = stage.operator("git rev-parse HEAD").await;
    let head = &head[..10];
    deploy.says(&format!("it was taken back; {head} runs, healthy"));
    stage.hemma(&["history"]).await.exits(0).says(&format!("put {head} and its images back"));
    stage.hemma(&["lock", "show"]).await.exits(0).says("nobody is at work");
}

/// What the overlay says of redis.
async fn overlay(stage: &Stage, says: &str) {
    stage.operator(&format!("printf 'services:\\n  redis:\\n    {says}\\n' > ../own.yml")).await;
}

#[tokio::test]
async fn an_overlay_that_fails_gives_way_to_the_one_that_ran() {
    let stage = Stage::deployed().await;
    stage.configure(|it| it.compose.overlay = Some("own.yml".parse().expect("a file name")));
    overlay(&stage, "labels: {own: one}").await;
    let first = stage.hemma(&["deploy", "--yes"]).await;
    first.exits(0).says("its configuration is not the one it runs with: labels own");
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

#[tokio::test]
async fn a_deploy_that_passed_can_be_taken_back_by_hand() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    let before = service_images(&stage).await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    let back = stage.hemma(&["rollback", "--to", &head[..8], "--yes"]).await;
    back.exits(0).says(" UTC");
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    assert_eq!(stage.operator("git rev-parse HEAD").await, head);
    assert_eq!(service_images(&stage).await, before);
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

#[tokio::test]
async fn a_rollback_that_was_killed_is_gone_on_with_by_the_same_command() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    let killed = stage.start(&["rollback", "--yes"]);
    killed.has_said("bringing up").await;
    killed.kill();
    killed.end().await;
    stage.is_quiet().await;
    let again = stage.hemma(&["rollback", "--yes"]).await;
    let now = stage.operator("git rev-parse HEAD; git rev-parse refs/hemma/deployed").await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    again.exits(0).says(&format!("~ restore   {}", &head[..10]));
    assert_eq!(now, format!("{head}\n{head}"), "{again}");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

#[tokio::test]
async fn a_checkout_that_was_moved_to_files_that_cannot_be_read_is_brought_back() {
    let stage = Stage::deployed().await;
    let (head, before) =
        (stage.lab.remote_head().await.expect("it has one"), containers(&stage).await);
    stage.lab.push_fault("invalid-compose", &[]).await.expect("it is pushed");
    stage.operator("git pull --quiet").await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    stage.hemma(&["restart", "redis", "--yes"]).await.refuses(1, "restrat");
    let back = stage.hemma(&["rollback", "--yes"]).await;
    back.exits(0).says(&format!("~ restore  {}", &head[..10]));
    assert_eq!(stage.operator("git rev-parse HEAD").await, head);
    assert_eq!(changed(&before, &containers(&stage).await), [""; 0], "{back}");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

/// Between the look and the lock, somebody takes a container away.
#[tokio::test]
async fn a_rollback_whose_world_moved_is_left_alone() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    let (world, config) = (stage.world(), stage.config());
    let (release, plan) = rollout::plan_rollback(&world, &config, None).await.expect("it can be");
    stage.root("docker rm --force huleedu_websocket_service").await;
    let before = stage.traces().await;
    let (approval, holder) = consent(&world, "rollback");
    let back = (&release, &plan);
    let moved =
        rollout::rollback(&world, &config, back, &holder, &approval, &Progress::silent()).await;
    world.close().await;
    stage.is_as(&before).await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    assert_eq!(release.commit, head);
    let Err(rollout::Error::Moved(steps)) = moved else { panic!("{moved:?}") };
    assert_eq!(steps, ["now as well: create websocket_service: it has no container yet"]);
    stage.hemma(&["rollback", "--yes"]).await.exits(0).says("it has no container yet");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

/// The image with all of its names, and what its base image is called meanwhile.
const TAKE: &str = r#"
docker rmi --force "$(docker image inspect --format '{{.Id}}' "hemma.keep/huleedu/redis:$1")" &&
    docker tag huledu-deps:dev away:dev && docker rmi huledu-deps:dev"#;
const GIVE: &str = "docker tag away:dev huledu-deps:dev && docker rmi away:dev";

#[tokio::test]
async fn an_image_that_a_prune_of_everything_took_is_built_from_its_commit_on_the_way_back() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    let at_first = containers(&stage).await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    let back = ["rollback", "--to", &head[..8], "--yes"];
    let whole = stage.hemma(&["rollback", "--to", &head[..8], "--plan"]).await;
    let taken = stage.lab.root(TAKE, &[&head]).await.expect("the host answers");
    let (before, running) = (stage.traces().await, containers(&stage).await);
    let in_vain = stage.hemma(&back).await;
    let (after, history) = (stage.traces().await, stage.hemma(&["history"]).await);
    stage.root(GIVE).await;
    let built = stage.hemma(&back).await;
    let now = containers(&stage).await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");

    whole.exits(4).says("~ recreate  redis       that release ran another image");
    assert_eq!(whole.stdout.lines().count(), 2, "{whole}");
    assert!(taken.success(), "{}", taken.stderr);
    after.are(&before);
    in_vain.exits(1).says("+ build     redis       the image that it ran is gone from the host");
    in_vain.says("stopped at the build; what ran before still runs");
    assert!(history.stdout.lines().last().is_some_and(|it| it.contains("done ")), "{history}");
    built.exits(0).says("~ recreate  redis       its image is built anew");
    assert_eq!(changed(&running, &now), ["huleedu_redis"], "{built}");
    assert_eq!(changed(&at_first, &now), ["huleedu_redis"], "{built}");
    assert_eq!(stage.operator("git rev-parse HEAD").await, head);
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}
