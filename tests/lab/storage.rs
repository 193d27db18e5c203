//! A host that can write no more: one message with the cause, nothing lost, nothing half-written.

use hemma_lab::Os;

use crate::stage::Stage;

const CHECKOUT: &str = "/home/operator/apps/huleedu";
const STATE: &str = "/home/operator/.local/state/hemma/huleedu";
const DEPLOY: [&str; 2] = ["deploy", "--yes"];
const SET: [&str; 4] = ["env", "set", "HF_TOKEN", "--yes"];
const FULL: &str = "No space left on device";
const READ_ONLY: &str = "Read-only file system";

/// The directory that a build writes to before its image is there.
fn workshop(os: Os) -> &'static str {
    match os {
        Os::Classic | Os::TooOld => "/var/lib/docker/tmp",
        Os::Modern => "/var/lib/docker/containerd/daemon/io.containerd.content.v1.content/ingest",
    }
}

/// The directory without space, and what it stops: in `/tmp`, two looks.
const WITHOUT_SPACE: [(&[&str], usize, &str); 4] = [
    (&["disk-full", STATE], 1, "hemma could not take the lock: cat: write error: "),
    (&["disk-full", CHECKOUT], 1, "the checkout on hemma could not be moved to "),
    (&["disk-full", CHECKOUT, "256"], 1, "the checkout on hemma could not be moved to "),
    (&["disk-full", "/tmp"], 2, "git cannot move "),
];

#[tokio::test]
#[ignore = "thorough"]
async fn a_deploy_to_a_full_disk_says_so_and_leaves_everything_as_it_was() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("large-file", &[]).await.expect("it is pushed");
    // The commit's objects arrive where there is room for them.
    stage.hemma(&["plan"]).await.exits(4).says("a large file");
    let clean = stage.traces().await;
    for (way, problems, says) in WITHOUT_SPACE {
        stage.breaks(way).await;
        let before = stage.traces().await;
        let full = stage.hemma(&DEPLOY).await;
        full.exits(1).says(says).says("hint: run `ssh hemma 'df -h");
        assert_eq!(full.problems().len(), problems, "{full}");
        stage.is_as(&before).await;
        if way == ["disk-full", CHECKOUT] {
            stage.fed(&SET, "x".repeat(60_000)).await.refuses(1, FULL).says("df -h");
            stage.is_as(&before).await;
        }
        stage.mends().await;
        stage.is_as(&clean).await;
    }
    stage.breaks(&["read-only", CHECKOUT]).await;
    stage.hemma(&DEPLOY).await.refuses(1, READ_ONLY).says("hint: run `ssh hemma 'findmnt");
    stage.fed(&SET, "x\n").await.refuses(1, READ_ONLY).says("hint: run `ssh hemma 'findmnt");
    stage.mends().await;
    stage.is_as(&clean).await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    stage.hemma(&DEPLOY).await.exits(0).says("nothing to do");
}

#[tokio::test]
async fn an_image_that_finds_no_space_is_not_built_and_what_ran_runs() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    let before = crate::deploy::containers(&stage).await;
    stage.breaks(&["disk-full", workshop(stage.lab.os())]).await;
    let full = stage.hemma(&DEPLOY).await;
    full.exits(1).says("FAIL  build  ").says("no space left on device").says("df -h");
    full.says("no container was touched");
    stage.mends().await;
    assert_eq!(crate::deploy::containers(&stage).await, before, "{full}");
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    stage.hemma(&DEPLOY).await.exits(0).says("nothing to do");
}
