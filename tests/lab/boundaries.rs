//! A run that is cut at every line of its journal: the next one goes on, and nothing is lost.
//!
//! The number of boundaries is not known beforehand. A run is cut at its first one, another at its
//! second, until one ends before it comes to the next.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use hemma_deploy::config::StageConfig;

use crate::hemma::{Ran, Running};
use crate::stage::Stage;
use crate::stages::INFRA;

const DEPLOY: [&str; 2] = ["deploy", "--yes"];
const ROLLBACK: [&str; 2] = ["rollback", "--yes"];

/// What happens at a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    /// SIGKILL ends hemma.
    Kill,
    /// The link to the host is cut.
    Cut,
    /// The host's engine is restarted.
    Restart,
}

#[tokio::test]
#[ignore = "takes minutes; `--ignored` runs it"]
async fn a_deploy_killed_at_any_boundary_is_gone_on_with() {
    deploys_of_one_service(Blow::Kill).await;
}

#[tokio::test]
#[ignore = "takes minutes; `--ignored` runs it"]
async fn a_deploy_whose_link_is_cut_at_any_boundary_is_gone_on_with() {
    deploys_of_one_service(Blow::Cut).await;
}

#[tokio::test]
#[ignore = "takes minutes; `--ignored` runs it"]
async fn a_deploy_whose_engine_restarts_at_any_boundary_is_gone_on_with() {
    deploys_of_one_service(Blow::Restart).await;
}

#[tokio::test]
#[ignore = "takes minutes; `--ignored` runs it"]
async fn a_first_deploy_killed_at_any_boundary_is_gone_on_with() {
    first_deploys(Blow::Kill).await;
}

#[tokio::test]
#[ignore = "takes minutes; `--ignored` runs it"]
async fn a_first_deploy_whose_link_is_cut_at_any_boundary_is_gone_on_with() {
    first_deploys(Blow::Cut).await;
}

#[tokio::test]
#[ignore = "takes minutes; `--ignored` runs it"]
async fn a_first_deploy_whose_engine_restarts_at_any_boundary_is_gone_on_with() {
    first_deploys(Blow::Restart).await;
}

#[tokio::test]
#[ignore = "takes minutes; `--ignored` runs it"]
async fn a_rollback_struck_at_any_boundary_is_gone_on_with() {
    let stage = Stage::deployed().await;
    another_commit(&stage).await;
    stage.hemma(&DEPLOY).await.exits(0);
    for blow in [Blow::Kill, Blow::Cut, Blow::Restart] {
        // The deploy after each blow has restored the newer release.
        at_every_boundary(&stage, &ROLLBACK, blow, async || ()).await;
        stage.hemma(&DEPLOY).await.exits(0);
    }
}

#[tokio::test]
#[ignore = "takes minutes; `--ignored` runs it"]
async fn a_deploy_in_stages_killed_at_any_boundary_is_gone_on_with() {
    let stage = Stage::deployed().await;
    let services = INFRA.map(|it| it.parse().expect("a service")).to_vec();
    stage.configure(|it| {
        it.stage = vec![StageConfig { name: "infra".parse().expect("a name"), services }];
    });
    let change_both = async || {
        for service in ["redis", "bff_teacher_service"] {
            let pushed = stage.lab.push_fault("change-one-service", &[service]).await;
            pushed.expect("it is pushed");
        }
    };
    at_every_boundary(&stage, &DEPLOY, Blow::Kill, change_both).await;
}

async fn first_deploys(blow: Blow) {
    let stage = Stage::fresh().await;
    let anew = async || stage.lab.reset().await.expect("the host is reset");
    at_every_boundary(&stage, &DEPLOY, blow, anew).await;
}

async fn deploys_of_one_service(blow: Blow) {
    let stage = Stage::deployed().await;
    at_every_boundary(&stage, &DEPLOY, blow, async || another_commit(&stage).await).await;
}

async fn another_commit(stage: &Stage) {
    stage.lab.push_fault("change-one-service", &["identity_service"]).await.expect("it is pushed");
}

async fn at_every_boundary(stage: &Stage, args: &[&str], blow: Blow, prepare: impl AsyncFn()) {
    let mut boundary = 1;
    loop {
        prepare().await;
        let treasure = treasure(stage).await;
        if !strikes(stage, args, blow, boundary).await {
            break;
        }
        let struck = self::treasure(stage).await;
        assert!(treasure.is_subset(&struck), "{blow:?} at {boundary}: {treasure:?}, {struck:?}");
        stage.hemma(&DEPLOY).await.exits(0);
        stage.hemma(&["plan"]).await.exits(0).says("nothing to do");
        let after = self::treasure(stage).await;
        assert!(struck.is_subset(&after), "after {blow:?} at {boundary}: {struck:?}, {after:?}");
        boundary += 1;
    }
    assert!(boundary > 4, "a run has more boundaries than {}", boundary - 1);
    say(&format!("{}: {blow:?} at {} boundaries", args.join(" "), boundary - 1));
}

#[expect(clippy::disallowed_methods, reason = "the harness keeps what a passing test prints")]
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Whether the run came as far as the boundary; if it did not, it has succeeded.
async fn strikes(stage: &Stage, args: &[&str], blow: Blow, boundary: usize) -> bool {
    let linked = stage.lab.link(Duration::ZERO).await.expect("it opens");
    let usual = stage.lab.ssh_config();
    stage.configure(|it| it.host.ssh_config = Some(linked.ssh_config.clone().into()));
    // Each run has a journal of its own.
    let journal = stage.here().join("state/hemma/huleedu/journal.jsonl");
    let _ = std::fs::remove_file(&journal);
    let mut running = stage.start(args);
    let reached = reaches(&mut running, &journal, boundary).await;
    if reached {
        match blow {
            Blow::Kill => running.kill(),
            Blow::Cut => linked.link.cut(),
            Blow::Restart => {
                stage.root("/lab/engine stop && /lab/engine start").await;
            }
        }
    }
    let ran = running.end().await;
    ended(&ran, reached, blow);
    stage.is_quiet().await;
    stage.configure(|it| it.host.ssh_config = Some(usual.into()));
    reached
}

#[track_caller]
fn ended(ran: &Ran, reached: bool, blow: Blow) {
    if !reached {
        ran.exits(0);
    } else if blow == Blow::Kill {
        assert_eq!(ran.exit, None, "a signal ended it\n{ran}");
    }
    assert_ne!(ran.exit, Some(101), "a panic ended it\n{ran}");
}

async fn reaches(running: &mut Running, journal: &std::path::Path, boundary: usize) -> bool {
    loop {
        let ended = running.has_ended();
        let lines = std::fs::read_to_string(journal).unwrap_or_default().lines().count();
        if ended || lines >= boundary {
            return !ended;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The `.env` and the databases, one line each, which no blow may cost. A database that is dropped
/// and recreated is another one.
async fn treasure(stage: &Stage) -> BTreeSet<String> {
    let lines = stage
        .root(
            r#"sha256sum /home/operator/apps/huleedu/.env
            for _ in $(seq 100); do
              docker exec shared-postgres pg_isready -q -U postgres 2>/dev/null && break
              sleep 0.1
            done
            docker exec shared-postgres psql -U postgres -Atc \
              "select datname, oid from pg_database" "#,
        )
        .await;
    lines.lines().map(str::to_owned).collect()
}
