//! Files in the checkout that git does not know do not stop a deploy, unless a pull would lose
//! them.

use crate::stage::Stage;

const DEPLOY: [&str; 2] = ["deploy", "--yes"];

/// Files that applications and operators leave in a checkout.
const LEFT: &str = "mkdir -p data backups/2026 uploads; touch notes data/x 'a file' uploads/ü; \
                    sudo chown -R root:root data; sudo chmod 0700 data";
const CLEAR: &str = "sudo rm -rf data backups uploads notes 'a file'";

#[tokio::test]
async fn an_env_that_no_gitignore_names_is_no_change_of_the_checkout() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("no-gitignore", &[]).await.expect("it is pushed");
    let mut deploys = vec![stage.hemma(&DEPLOY).await];
    let status = stage.operator("git status --porcelain").await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    deploys.push(stage.hemma(&DEPLOY).await);
    // A `.gitignore` that comes in later is fine.
    stage.lab.push_fault("gitignore", &[]).await.expect("it is pushed");
    deploys.push(stage.hemma(&DEPLOY).await);
    let plan = stage.hemma(&["plan"]).await;
    let now = stage.operator("git rev-parse HEAD").await;
    let tip = stage.lab.remote_head().await.expect("it has one");
    stage.lab.reset().await.expect("the host is reset");

    assert_eq!(status, "?? .env", "from {head}");
    for deploy in deploys {
        deploy.exits(0);
    }
    assert_eq!(now, tip, "{plan}");
    plan.exits(0).says("nothing to do");
}

#[tokio::test]
async fn what_a_pull_does_not_touch_stays_and_stops_nothing() {
    let stage = Stage::deployed().await;
    stage.operator(LEFT).await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    let deploy = stage.hemma(&DEPLOY).await;
    let plan = stage.hemma(&["plan"]).await;
    let back = stage.hemma(&["rollback", "--yes"]).await;
    let still = stage.operator("ls -d data backups/2026 notes 'a file' uploads/ü").await;
    stage.operator(CLEAR).await;
    let next = stage.hemma(&DEPLOY).await;

    deploy.exits(0);
    plan.exits(0).says("nothing to do");
    back.exits(0);
    assert_eq!(still.lines().count(), 5, "{still}");
    next.exits(0);
}

#[tokio::test]
async fn what_a_pull_would_overwrite_is_named_and_kept() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.operator("echo mine > large").await;
    stage.lab.push_fault("large-file", &["4096"]).await.expect("it is pushed");
    let before = stage.traces().await;
    let refused = stage.hemma(&DEPLOY).await;
    let kept = stage.operator("cat large").await;
    stage.is_as(&before).await;
    stage.operator("rm large").await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");

    refused.refuses(1, "large");
    assert_eq!(kept, "mine");
}
