//! The main job: from nothing to healthy, then nothing, then exactly what changed.

use std::collections::BTreeMap;

use hemma_core::Progress;
use hemma_deploy::rollout;

use crate::stage::{Stage, consent};

#[tokio::test]
async fn from_nothing_to_healthy_and_then_exactly_what_changed() {
    let stage = Stage::fresh().await;
    before_the_first_deploy(&stage).await;

    let first = stage.hemma(&["deploy", "--yes"]).await;
    first.exits(0).says("+ clone").says("+ create network  hule-network");
    first.says("CREATE ROLE \"huleedu_user\" LOGIN;").says("CREATE DATABASE \"huleedu_nlp\"");
    assert!(first.problems().is_empty(), "{first}");
    let healthy = first.stdout.lines().filter(|it| it.starts_with("pass  service ")).count();
    assert_eq!(healthy, 12, "{first}");
    nothing_to_do(&stage).await;

    one_service_changes(&stage).await;
    nothing_to_do(&stage).await;
    only_an_environment_changes(&stage).await;
}

/// Nothing happens without consent: `--plan`, and no terminal to ask on.
async fn before_the_first_deploy(stage: &Stage) {
    let before = stage.traces().await;
    let network = "+ create network  hule-network";
    let plan = stage.hemma(&["plan"]).await;
    plan.exits(4).says("+ clone").says(network).says("+ build").says("there is no image yet");
    let section = stage.hemma(&["day2", "external-network", "--plan"]).await;
    section.exits(4).says(network);
    let nobody = stage.hemma(&["deploy"]).await;
    nobody.refuses(2, "confirmation is required").says("add --yes to do it");
    stage.is_as(&before).await;
}

/// `dev bench deploy` measures how long it takes.
async fn nothing_to_do(stage: &Stage) {
    let before = stage.traces().await;
    let again = stage.hemma(&["deploy", "--yes", "--verbose"]).await;
    again.exits(0).says("nothing to do").says("changes 0, ssh handshakes 1");
    stage.is_as(&before).await;
}

async fn one_service_changes(stage: &Stage) {
    let (before, images) = (containers(stage).await, service_images(stage).await);
    stage.lab.push_fault("change-one-service", &["identity_service"]).await.expect("it is pushed");
    let plan = stage.hemma(&["plan"]).await;
    plan.exits(4).says("~ pull");
    assert_eq!(planned(&plan.stdout, "build"), ["identity_service"], "{plan}");
    assert_eq!(planned(&plan.stdout, "recreate"), ["identity_service"], "{plan}");
    plan.says("identity_service: revision").says("changed by ");
    // Three steps, and their counts.
    assert!(plan.stdout.lines().count() <= 5, "{plan}");

    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    assert_eq!(changed(&before, &containers(stage).await), ["huleedu_identity_service"]);
    assert_eq!(changed(&images, &service_images(stage).await), ["huleedu-identity_service"]);
}

async fn only_an_environment_changes(stage: &Stage) {
    let (before, images) = (containers(stage).await, service_images(stage).await);
    stage.lab.push_fault("change-environment", &[]).await.expect("it is pushed");
    let deploy = stage.hemma(&["deploy", "--yes"]).await;
    deploy.exits(0);
    assert!(planned(&deploy.stdout, "build").is_empty(), "{deploy}");
    assert_eq!(planned(&deploy.stdout, "recreate"), ["bff_teacher_service"], "{deploy}");
    deploy.says("its configuration changed: environment BFF_GREETING");
    assert_eq!(changed(&before, &containers(stage).await), ["huleedu_bff_teacher_service"]);
    assert_eq!(images, service_images(stage).await);
}

/// Another operator pushes between the look and the lock.
#[tokio::test]
async fn a_world_that_moved_is_said_step_by_step_and_left_alone() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    let config = stage.config();
    stage.lab.push_fault("change-environment", &[]).await.expect("it is pushed");
    let (world, before) = (stage.world(), stage.traces().await);
    let situation = rollout::look(&world, &config).await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    let (approval, holder) = consent(&world, "deploy");
    let (plan, progress) = (situation.plan(), Progress::silent());
    let moved = rollout::deploy(&world, &situation, &plan, &holder, &approval, &progress).await;
    world.close().await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    let Err(rollout::Error::Moved(steps)) = moved else { panic!("{moved:?}") };
    assert_eq!(steps.len(), 3, "{steps:#?}");
    assert!(steps[0].starts_with("changed: pull ~/apps/huleedu: "), "{steps:#?}");
    assert!(steps[1].starts_with("new: build redis: changed by "), "{steps:#?}");
    assert_eq!(steps[2], "new: recreate redis: its image is rebuilt");
    stage.is_as(&before).await;
}

/// The services of a plan to which `action` is done.
pub(crate) fn planned<'p>(plan: &'p str, action: &str) -> Vec<&'p str> {
    let words = plan.lines().map(|it| it.split_whitespace().collect::<Vec<_>>());
    words.filter(|it| it.get(1) == Some(&action)).filter_map(|it| it.get(2).copied()).collect()
}

/// The ids of all containers of services on the host, by name. The classic builder leaves those of
/// failed steps behind.
pub(crate) async fn containers(stage: &Stage) -> BTreeMap<String, String> {
    let list = "docker ps --all --no-trunc --format '{{.Names}} {{.ID}}'";
    pairs(&stage.root(&format!("{list} --filter label=com.docker.compose.service")).await)
}

/// The ids of the images that services run, by name.
pub(crate) async fn service_images(stage: &Stage) -> BTreeMap<String, String> {
    let list = "docker images --no-trunc --format '{{.Repository}} {{.ID}}'";
    pairs(&stage.root(&format!("{list} 'huleedu-*'")).await)
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let pair = |it: &str| it.split_once(' ').map(|(name, id)| (name.to_owned(), id.to_owned()));
    text.lines().filter_map(pair).collect()
}

/// The names whose value changed, or that are gone or new.
pub(crate) fn changed<'n>(
    before: &'n BTreeMap<String, String>,
    after: &'n BTreeMap<String, String>,
) -> Vec<&'n str> {
    let names = before.keys().chain(after.keys().filter(|it| !before.contains_key(*it)));
    names.filter(|it| before.get(*it) != after.get(*it)).map(String::as_str).collect()
}
