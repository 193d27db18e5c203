//! Commits that cannot be deployed as they are, and hosts that lack what they need.

use crate::stage::Stage;

/// A commit, and hemma's message before it moves the checkout to it.
const COMMITS: [(&[&str], &str); 6] = [
    (&["invalid-compose"], "restrat"),
    (&["required-variable"], "WEBSOCKET_TICKET_KEY"),
    (&["name-taken"], "it is taken by service shared-postgres of compose project `infrastructure`"),
    (&["name-taken", "a-stranger"], "it is taken by a container that Compose did not make"),
    (&["port-taken"], "websocket_service needs it on 127.0.0.1, but container nginx-proxy uses it"),
    (&["port-taken", "22"], "websocket_service needs it on 127.0.0.1, but sshd (pid "),
];

#[tokio::test]
#[ignore = "thorough"]
async fn a_commit_that_cannot_work_is_refused_before_anything_moves() {
    let stage = Stage::deployed().await;
    stage.root("docker rm --force a-stranger 2>/dev/null; docker create --name a-stranger huledu-deps:dev true").await;
    let before = stage.traces().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    for (fault, says) in COMMITS {
        stage.lab.push_fault(fault[0], &fault[1..]).await.expect("it is pushed");
        stage.hemma(&["deploy", "--yes"]).await.refuses(1, says);
        stage.is_as(&before).await;
        stage.lab.rewind_remote(&head).await.expect("it is rewound");
    }
    stage.root("docker rm a-stranger").await;
}

#[tokio::test]
async fn an_env_file_that_is_missing_or_lacks_a_value_is_named() {
    let stage = Stage::deployed().await;
    let (file, away) = ("/home/operator/apps/huleedu/.env", "/home/operator/.env-away");
    let before = stage.traces().await;
    stage.root(&format!("mv {file} {away}")).await;
    let missing = stage.hemma(&["deploy", "--yes"]).await;
    stage.root(&format!("sed '/OFFLOAD_LANGUAGE_TOOL_JAR_VERSION/d' {away} > {file}")).await;
    stage.configure(|it| it.compose.files.append(&mut it.compose.research));
    let research = stage.hemma(&["deploy", "--yes"]).await;
    stage.root(&format!("mv {away} {file}")).await;
    missing.refuses(1, ".env does not exist").says("cargo xtask day2 env-file --edit");
    let name = "OFFLOAD_LANGUAGE_TOOL_JAR_VERSION";
    research.refuses(1, name).says(&format!("cargo xtask env set {name}"));
    stage.is_as(&before).await;
}
