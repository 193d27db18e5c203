//! Rollback by hand.

use hemma_core::Progress;
use hemma_deploy::{Operation, rollout};

use crate::deploy::{changed, containers, service_images};
use crate::stage::{Stage, consent};

/// The application after a deploy that changed redis, and the commit that ran before.
async fn two_releases() -> (Stage, String) {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    (stage, head)
}

/// The kept image of redis of a release.
async fn kept(stage: &Stage, commit: &str) -> String {
    let name = format!("reference=hemma.keep/huleedu/redis:{commit}*");
    stage.root(&format!("docker image ls -q --no-trunc --filter '{name}' | head -n 1")).await
}

#[tokio::test]
async fn a_deploy_that_passed_can_be_taken_back_by_hand() {
    let (stage, head) = two_releases().await;
    let back = stage.hemma(&["rollback", "--to", &head[..8], "--yes"]).await;
    back.exits(0).says(" UTC");
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    assert_eq!(stage.operator("git rev-parse HEAD").await, head);
    let images = service_images(&stage).await;
    assert_eq!(images["huleedu-redis"], kept(&stage, &head).await);
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_rollback_that_was_killed_is_gone_on_with_by_the_same_command() {
    let (stage, head) = two_releases().await;
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
#[ignore = "thorough"]
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

/// Another operator removes a container between the look and the lock.
#[tokio::test]
#[ignore = "thorough"]
async fn a_rollback_whose_world_moved_is_left_alone() {
    let (stage, head) = two_releases().await;
    let (world, config) = (stage.world(), stage.config());
    let (release, plan) = rollout::plan_rollback(&world, &config, None).await.expect("it can be");
    stage.root("docker rm --force huleedu_websocket_service").await;
    let before = stage.traces().await;
    let (approval, holder) = consent(&world, "rollback");
    let (progress, approval) = (Progress::silent(), &approval);
    let operation = Operation { world: &world, config: &config, approval, progress: &progress };
    let moved = rollout::rollback(operation, &release, &plan, &holder).await;
    world.close().await;
    stage.is_as(&before).await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    assert_eq!(release.commit, head);
    let Err(rollout::Error::Moved(steps)) = moved else { panic!("{moved:?}") };
    assert_eq!(steps, ["new: create websocket_service: it has no container yet"]);
    stage.hemma(&["rollback", "--yes"]).await.exits(0).says("it has no container yet");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

/// The image with all of its names, and the name of its base image meanwhile.
const TAKE: &str = r#"
docker rmi --force "$(docker image ls -q --no-trunc --filter "reference=hemma.keep/huleedu/redis:$1*" | head -n 1)" &&
    docker tag huledu-deps:dev away:dev && docker rmi huledu-deps:dev"#;
const GIVE: &str = "docker tag away:dev huledu-deps:dev && docker rmi away:dev";

#[tokio::test]
async fn an_image_that_a_prune_of_everything_took_is_built_from_its_commit_on_the_way_back() {
    let (stage, head) = two_releases().await;
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
    let steps = whole.stdout.lines().filter(|it| it.starts_with('~'));
    assert_eq!(steps.count(), 2, "{whole}");
    assert!(taken.success(), "{}", taken.stderr);
    after.are(&before);
    in_vain.exits(1).says("+ build     redis       the image that it ran is gone from the host");
    in_vain.says("stopped at the build; what ran before still runs").says("was taken back");
    assert!(!in_vain.stdout.contains("Not proven"), "{in_vain}");
    assert!(history.stdout.lines().last().is_some_and(|it| it.contains("done ")), "{history}");
    built.exits(0).says("~ recreate  redis       its image is rebuilt");
    assert_eq!(changed(&running, &now), ["huleedu_redis"], "{built}");
    assert_eq!(stage.operator("git rev-parse HEAD").await, head);
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}
