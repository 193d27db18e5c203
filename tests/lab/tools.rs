//! A host that lacks a tool: each time one message, and nothing is changed.

use hemma_lab::Os;

use crate::stage::Stage;

/// The way in which the host is broken, and hemma's message.
const BROKEN: [(&[&str], &str); 9] = [
    (&["sudo-missing"], "FAIL  sudo  it is not installed on the host"),
    (&["sudo-password"], "FAIL  sudo  it does not run without a password: a password is required"),
    (&["docker-missing"], "FAIL  docker  it is not installed on the host"),
    (&["engine-stopped"], "FAIL  docker  the engine does not answer"),
    (&["git-missing"], "FAIL  git  it is not installed on the host"),
    (&["compose-missing"], "FAIL  docker compose  it is not installed"),
    (&["compose-version", "2.17.0"], "FAIL  docker compose  2.17.0 is too old"),
    (&["compose-version", "2.26.1-4"], "FAIL  docker compose  2.26.1-4 is too old"),
    (&["compose-version", "v2.29.2"], "FAIL  docker compose  v2.29.2 is too old"),
];

#[tokio::test]
async fn what_the_host_lacks_is_named_and_nothing_is_changed() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    for (way, says) in BROKEN {
        stage.lab.break_host(way[0], &way[1..]).await.expect("it can be broken");
        for verb in [&["deploy", "--yes"][..], &["plan"]] {
            stage.hemma(verb).await.refuses(1, says).says("hint: ");
        }
        stage.lab.mend_host().await.expect("it can be mended");
        stage.is_as(&before).await;
    }
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

/// The host of `HEMMA_LAB_OS=too-old`, on which no other test can be run.
#[tokio::test]
#[ignore = "needs a host of the system too-old"]
async fn a_system_that_is_too_old_is_refused_before_the_first_step() {
    let stage = Stage::set().await;
    assert_eq!(stage.lab.os(), Os::TooOld, "HEMMA_LAB_OS=too-old chooses it");
    let before = stage.traces().await;
    for verb in [["deploy", "--yes"].as_slice(), &["plan"]] {
        let refused = stage.hemma(verb).await;
        refused.refuses(1, "FAIL  docker compose  2.26.1-4 is too old: 2.29.3 or newer is needed");
        refused.says("hint: install docker-compose-plugin on the host");
        stage.is_as(&before).await;
    }
    stage.hemma(&["day0", "preconditions"]).await.exits(1).says("2.26.1-4 is too old");
}
