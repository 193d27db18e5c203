//! A link that breaks during a run: "could not ask" does not mean "no", and the next run goes on.

use std::time::Duration;

use crate::deploy::{changed, containers};
use crate::stage::{Stage, until};

#[tokio::test]
async fn a_link_that_dies_during_a_look_is_no_answer() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    for verb in [&["deploy", "--yes"][..], &["day2", "external-network", "--yes"], &["status"]] {
        let linked = stage.lab.link(Duration::ZERO).await.expect("it opens");
        stage.lab.break_host("docker-hangs", &[]).await.expect("it can be broken");
        let config = linked.config_file.display().to_string();
        let args: Vec<_> = verb.iter().copied().chain(["--config", &config]).collect();
        let running = stage.start(&args);
        hangs(&stage).await;
        linked.link.cut();
        let cut = running.end().await;
        cut.refuses(3, "lost");
        for no in ["FAIL", "missing", "not there", "does not exist", "create network"] {
            assert!(!cut.stdout.contains(no), "`{no}`\n{cut}");
        }
        stage.is_quiet().await;
        stage.lab.mend_host().await.expect("it can be mended");
        // It stays cut for later commands.
        stage.hemma(&args).await.refuses(3, "could not reach hemma");
    }
    stage.is_as(&before).await;
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_link_that_dies_while_services_come_up_leaves_what_the_next_run_finishes() {
    let stage = Stage::deployed().await;
    stage.lab.push_fault("change-one-service", &["content_service"]).await.expect("it is pushed");
    let before = containers(&stage).await;
    let linked = stage.lab.link(Duration::ZERO).await.expect("it opens");
    let config = linked.config_file.display().to_string();
    let running = stage.start(&["deploy", "--yes", "--config", &config]);
    running.has_said("Container huleedu_content_service Recreate").await;
    linked.link.cut();
    let cut = running.end().await;
    cut.refuses(3, "stopped while bringing services up").says("was lost while");
    cut.says("half  bring up content_service");
    stage.is_quiet().await;

    let next = stage.hemma(&["deploy", "--yes"]).await;
    next.exits(0).says("pass  service content_service");
    let after = containers(&stage).await;
    assert_eq!(changed(&before, &after), ["huleedu_content_service"], "{next}");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_container_that_was_renamed_gets_its_name_back() {
    let stage = Stage::deployed().await;
    let before = containers(&stage).await;
    stage.root("docker rename huleedu_redis old_redis").await;
    let plan = stage.hemma(&["plan"]).await;
    plan.exits(4).says("~ replace  redis  its container is called old_redis");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    assert_eq!(changed(&before, &containers(&stage).await), ["huleedu_redis"]);
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

/// Waits until a command of Docker's hangs on the host.
pub(crate) async fn hangs(stage: &Stage) {
    let look = "[ -e /run/lab-docker-hung ] || echo none";
    until("a command that hangs", async || stage.root(look).await).await;
}
