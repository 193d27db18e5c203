//! Ctrl-C at each step: the run ends, reports what is done, leaves nothing, and the next run goes
//! on.

use rustix::process::Signal;

use crate::deploy::containers;
use crate::hemma::{Ran, Running};
use crate::link::hangs;
use crate::stage::Stage;

const DEPLOY: [&str; 2] = ["deploy", "--yes"];

#[tokio::test]
async fn a_deploy_may_be_interrupted_at_any_step() {
    let stage = Stage::deployed().await;
    while_it_looks(&stage, Signal::INT).await;
    while_it_looks(&stage, Signal::TERM).await;

    stage.lab.push_fault("slow-build", &["websocket_service"]).await.expect("it is pushed");
    let before = containers(&stage).await;
    let build = stage.interrupted(&DEPLOY, "RUN echo this takes a while", Signal::INT).await;
    ended(&build).says("half  build websocket_service").says("done  ");
    assert_eq!(containers(&stage).await, before, "{build}");

    let line = "Container huleedu_websocket_service Recreate";
    let up = stage.interrupted(&DEPLOY, line, Signal::INT).await;
    // A change that must not be cut is allowed to finish.
    ended(&up).says("done  build websocket_service").says("done  bring up websocket_service");
    assert_ne!(containers(&stage).await, before, "{up}");

    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    let gate = stage.interrupted(&DEPLOY, "  healthy ", Signal::INT).await;
    ended(&gate).says("done  bring up redis");

    stage.hemma(&DEPLOY).await.exits(0);
    stage.hemma(&DEPLOY).await.exits(0).says("nothing to do");
}

async fn while_it_looks(stage: &Stage, signal: Signal) {
    let before = stage.traces().await;
    stage.lab.break_host("docker-hangs", &[]).await.expect("it can be broken");
    let running = stage.start(&DEPLOY);
    hangs(stage).await;
    running.signal(signal);
    let look = running.end().await;
    ended(&look).says("interrupted; nothing was changed");
    stage.is_quiet().await;
    stage.lab.mend_host().await.expect("it can be mended");
    stage.is_as(&before).await;
}

#[track_caller]
fn ended(ran: &Ran) -> &Ran {
    ran.exits(130).says("interrupted")
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_deploy_may_be_killed_at_any_step() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    stage.lab.break_host("docker-hangs", &[]).await.expect("it can be broken");
    let running = stage.start(&DEPLOY);
    hangs(&stage).await;
    killed(&stage, running).await;
    stage.lab.mend_host().await.expect("it can be mended");
    stage.is_as(&before).await;

    stage.lab.push_fault("slow-build", &["identity_service"]).await.expect("it is pushed");
    for words in [
        "bringing the checkout up to date",
        "RUN echo this takes a while",
        "Container huleedu_identity_service Recreate",
        "  healthy ",
    ] {
        let running = stage.start(&DEPLOY);
        running.has_said(words).await;
        killed(&stage, running).await;
    }
    stage.hemma(&DEPLOY).await.exits(0);
    stage.hemma(&DEPLOY).await.exits(0).says("nothing to do");
    stage.hemma(&["lock", "show"]).await.exits(0).says("it is free");
}

/// Nothing is left of it, here or on the host, although it could not clean up.
async fn killed(stage: &Stage, running: Running) {
    running.kill();
    assert_eq!(running.end().await.exit, None, "a signal ended it");
    stage.is_quiet().await;
}
