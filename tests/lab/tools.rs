//! A host that lacks a tool: each time one message, and nothing is changed.

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
