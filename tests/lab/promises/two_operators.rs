//! A lock that another operator releases by force: the run that had it changes nothing further.

use tempfile::TempDir;

use crate::deploy::{changed, containers};
use crate::hemma::{Ran, Running};
use crate::stage::Stage;

/// Another operator, on another machine.
struct Bob(TempDir);

impl Bob {
    fn beside(stage: &Stage) -> Self {
        let dir = tempfile::tempdir().expect("a place");
        std::fs::copy(stage.lab.config_file(), dir.path().join("hemma.toml"))
            .expect("it is copied");
        Self(dir)
    }

    async fn hemma(&self, stage: &Stage, args: &[&str]) -> Ran {
        Running::by("bob", &stage.lab, self.0.path(), args).end().await
    }
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_run_whose_hold_was_ended_stops_and_says_who_ended_it() {
    let stage = Stage::deployed().await;
    let (bob, before) = (Bob::beside(&stage), containers(&stage).await);
    // On a busy machine the other operator needs a while to release the lock.
    stage.lab.push_fault("slow-build", &["websocket_service", "12"]).await.expect("it is pushed");
    let alice = Running::by("alice", &stage.lab, stage.here(), &["deploy", "--yes"]);
    alice.has_said("RUN echo this takes a while").await;
    let released = bob.hemma(&stage, &["lock", "release", "--yes"]).await;
    let restarted = bob.hemma(&stage, &["restart", "redis", "--yes"]).await;
    let alice = alice.end().await;
    stage.is_quiet().await;
    let after = containers(&stage).await;
    let history = stage.hemma(&["history"]).await;
    let status = stage.hemma(&["status"]).await;
    let next = stage.hemma(&["deploy", "--yes"]).await;

    released.exits(0);
    restarted.exits(0);
    alice.exits(3).says("bob");
    assert_eq!(changed(&before, &after), ["huleedu_redis"], "{alice}");
    for who in ["alice", "bob"] {
        assert!(history.stdout.contains(who), "{who} is not in the history\n{history}");
    }
    history.says("force-release the lock");
    status.says("unproven").says("alice");
    next.exits(0).says("pass  service websocket_service");
}

/// Between two changes, not only during one: the gate would wait for a minute more, and has nothing
/// to decide any longer.
#[tokio::test]
async fn a_run_whose_hold_was_ended_while_its_gate_waits_says_so_and_notes_no_release() {
    let stage = Stage::deployed().await;
    let bob = Bob::beside(&stage);
    let deployed = stage.operator("git rev-parse refs/hemma/deployed").await;
    stage.lab.push_fault("unhealthy", &["websocket_service"]).await.expect("it is pushed");
    let alice = Running::by("alice", &stage.lab, stage.here(), &["deploy", "--yes"]);
    alice.has_said("  healthy ").await;
    bob.hemma(&stage, &["lock", "release", "--yes"]).await.exits(0);
    let alice = alice.end().await;
    stage.is_quiet().await;
    let now = stage.operator("git rev-parse refs/hemma/deployed").await;
    stage.lab.push_fault("revert", &[]).await.expect("it is pushed");
    let mut next = stage.hemma(&["deploy", "--yes"]).await;
    // The service may turn unhealthy between the plan and the lock.
    if next.exit != Some(0) {
        next.says("the plan that was shown is out of date");
        next = stage.hemma(&["deploy", "--yes"]).await;
    }

    alice.exits(3).says("bob");
    assert!(!alice.stdout.contains("is unhealthy"), "the gate was waited out\n{alice}");
    assert_eq!(now, deployed, "{alice}");
    next.exits(0);
    stage.hemma(&["plan"]).await.exits(0).says("nothing to do");
}
