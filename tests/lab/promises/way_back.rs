//! The way back restores what the run has changed, `.env` included, and nothing else.

use super::{BAD_VALUE, READS_ENV, clear_env, spoil_env, unhealthy};
use crate::deploy::{changed, containers};
use crate::hemma::Ran;
use crate::stage::Stage;

/// The value of `.env` was set and never deployed: a failed build has nothing to do with it.
#[tokio::test]
#[ignore = "thorough"]
async fn a_build_that_fails_leaves_every_container_although_env_was_changed_before_it() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    spoil_env(&stage).await;
    let before = containers(&stage).await;
    stage.lab.push_fault("build-fails", &[]).await.expect("it is pushed");
    let failed = stage.hemma(&["deploy", "--yes"]).await;
    let (after, now) = (containers(&stage).await, stage.operator("git rev-parse HEAD").await);
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    clear_env(&stage).await;
    let next = stage.hemma(&["deploy", "--yes"]).await;

    failed.exits(1).says("FAIL  build").says("[PdmUsageError]").says("hint: ");
    assert_eq!(changed(&before, &after), [""; 0], "{failed}");
    assert_eq!(now, head, "{failed}");
    next.exits(0).says("nothing to do");
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_value_of_env_that_breaks_a_service_is_taken_back_by_the_deploy_and_by_the_restart() {
    let stage = Stage::deployed().await;
    for verb in [&["deploy", "--yes"][..], &["restart", READS_ENV, "--yes"]] {
        let before = (spoil_env(&stage).await, containers(&stage).await);
        let plan = stage.hemma(&["plan"]).await;
        let failed = stage.hemma(verb).await;
        taken_back(&stage, &failed, &before.0).await;
        plan.exits(4).says("PYTHONPATH");
        let container = format!("huleedu_{READS_ENV}");
        let now = containers(&stage).await;
        assert_eq!(changed(&before.1, &now), [container.as_str()], "{failed}");
    }
}

/// If only `.env` differs, a rollback restores that: it names the keys.
#[tokio::test]
async fn a_rollback_brings_the_env_of_its_release_and_says_which_keys_differ() {
    let stage = Stage::deployed().await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    let env = spoil_env(&stage).await;
    let back = stage.hemma(&["rollback", "--yes"]).await;
    let now = stage.operator("git rev-parse HEAD; sha256sum <.env").await;
    let ill = unhealthy(&stage).await;
    clear_env(&stage).await;
    let next = stage.hemma(&["deploy", "--yes"]).await;

    back.exits(0).says("PYTHONPATH");
    unseen(&back);
    assert_eq!(now, format!("{head}\n{env}"), "{back}");
    assert_eq!(ill, "", "{back}");
    next.exits(0).says("nothing to do");
}

/// A rollback whose gate fails is itself taken back; what runs is never older than what is noted.
#[tokio::test]
async fn a_rollback_in_vain_brings_what_ran_before_it() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    let newer = stage.operator("git rev-parse HEAD").await;
    // The image of the release before ends at once.
    let broken = r#"
        for record in /home/operator/.local/state/hemma/huleedu/releases/"$1"*.json; do
          name=hemma.keep/huleedu/redis:$(basename "$record" .json)
          id=$(printf 'FROM %s\nCMD ["false"]\n' "$name" | docker build -q -)
          docker tag "$id" "$name"
          sed -i "s/\(\"service\":\"redis\"[^}]*\"id\":\"\)[^\"]*/\1$id/" "$record"
        done"#;
    let broken = stage.lab.root(broken, &[&head]).await.expect("the host answers");
    let back = stage.hemma(&["rollback", "--yes"]).await;
    let (now, ill) = (stage.operator("git rev-parse HEAD").await, unhealthy(&stage).await);
    let plan = stage.hemma(&["plan"]).await;
    stage.root(&format!("rm -f /home/operator/.local/state/hemma/huleedu/releases/{head}*")).await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");

    assert!(broken.success(), "{}", broken.stderr);
    back.exits(1).says("FAIL  service redis").says("taken back");
    assert_eq!(now, newer, "{back}");
    assert_eq!(ill, "", "{back}");
    plan.exits(0).says("nothing to do");
}

async fn taken_back(stage: &Stage, failed: &Ran, env: &str) {
    failed.exits(1).says(&format!("FAIL  service {READS_ENV}")).says("PYTHONPATH");
    unseen(failed);
    assert_eq!(stage.operator("sha256sum <.env").await, env, "{failed}");
    assert_eq!(unhealthy(stage).await, "", "{failed}");
    let next = stage.hemma(&["deploy", "--yes"]).await;
    next.exits(0).says("nothing to do");
    unseen(&next);
}

#[track_caller]
fn unseen(ran: &Ran) {
    assert!(!ran.stdout.contains(BAD_VALUE) && !ran.stderr.contains(BAD_VALUE), "{ran}");
}
