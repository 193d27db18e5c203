//! Promises that were found broken in use, each with the smallest input that broke it.

mod git_server;
mod login_shell;
mod space;
mod sudoers;
mod two_operators;
mod unproven;
mod untracked;
mod way_back;

use crate::stage::Stage;

/// The service that gets every key of `.env`, and a key that breaks it if its value leads nowhere.
const READS_ENV: &str = "cj_assessment_service";
const BAD: [&str; 4] = ["env", "set", "PYTHONPATH", "--yes"];
const BAD_VALUE: &str = "/s3cr3t/nowhere";

/// Sets the bad value, and returns the `.env` from before it.
async fn spoil_env(stage: &Stage) -> String {
    let before = stage.operator("sha256sum <.env").await;
    let set = stage.fed(&BAD, BAD_VALUE).await;
    set.exits(0);
    assert!(!set.stdout.contains("s3cr3t") && !set.stderr.contains("s3cr3t"), "{set}");
    before
}

/// Restores `.env` for the other tests.
async fn clear_env(stage: &Stage) {
    stage.operator("sed -i /^PYTHONPATH=/d .env").await;
}

/// The containers of services that are not healthy, or do not run.
async fn unhealthy(stage: &Stage) -> String {
    let ours = "docker ps --all --filter label=com.docker.compose.project=huleedu";
    let format = "--format '{{.Names}} {{.Status}}'";
    let well = "grep -v -e '(healthy)' -e 'Exited (0)' -e 'essay_lifecycle_worker Up'";
    stage.root(&format!("{ours} {format} | {well} || true")).await
}
