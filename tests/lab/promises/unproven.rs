//! Every command calls live but unproven state by its name, until a gate passes.

use std::time::Duration;

use rustix::process::Signal;

use crate::hemma::{Ran, Running};
use crate::stage::{Stage, until};

/// The end of a run while its gate waits.
#[derive(Debug, Clone, Copy)]
enum End {
    Signal(Signal),
    Cut,
}

/// A signal that the run can handle, one that it cannot, and a cut connection. Other signals are
/// among those of the promise test.
const ENDS: [End; 3] = [End::Signal(Signal::TERM), End::Signal(Signal::KILL), End::Cut];

/// Looks that have to say it.
const LOOKS: [&[&str]; 3] = [&["status"], &["plan"], &["deploy", "--plan"]];

#[tokio::test]
async fn a_gate_that_was_cut_is_said_by_every_look_and_gone_on_with_by_the_next_deploy() {
    let stage = Stage::deployed().await;
    for end in ENDS {
        stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
        let ran = ended(&stage, end).await;
        says_so(&stage, &ran, end).await;
        let next = stage.hemma(&["deploy", "--yes"]).await;
        next.exits(0).says("pass  service redis");
        let plan = stage.hemma(&["plan"]).await;
        assert!(!plan.stdout.contains("unproven"), "{end:?}\n{plan}");
    }
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_gate_that_was_cut_is_gone_back_from_by_a_rollback() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("unhealthy", &[]).await.expect("it is pushed");
    let ran = ended(&stage, End::Signal(Signal::KILL)).await;
    says_so(&stage, &ran, End::Signal(Signal::KILL)).await;
    // The reason that stops the next deploy does not hide it.
    stage.lab.push_fault("port-taken", &[]).await.expect("it is pushed");
    says_so(&stage, &ran, End::Signal(Signal::KILL)).await;
    stage.hemma(&["plan"]).await.exits(1).says("container nginx-proxy uses it");
    let back = stage.hemma(&["rollback", "--yes"]).await;
    let now = stage.operator("git rev-parse HEAD").await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    let next = stage.hemma(&["deploy", "--yes"]).await;
    back.exits(0);
    assert_eq!(now, head, "{back}");
    assert!(!next.stdout.contains("unproven"), "{next}");
    next.exits(0).says("nothing to do");
}

/// The host itself takes it back when the operator does not return, and not before.
#[tokio::test]
async fn the_host_takes_an_unproven_deploy_back_by_itself_where_it_is_asked_to() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    returns_after(&stage, "10s");
    for end in [End::Cut, End::Signal(Signal::KILL), End::Signal(Signal::HUP)] {
        stage.lab.push_fault("unhealthy", &[]).await.expect("it is pushed");
        let ran = ended_without_a_wait(&stage, end).await;
        let back = format!("[ \"$(git rev-parse HEAD)\" = {head} ] || echo not yet");
        until("the host goes back", async || stage.operator(&back).await).await;
        let well = async || super::unhealthy(&stage).await;
        until("what ran before is healthy", well).await;
        stage.lab.rewind_remote(&head).await.expect("it is rewound");
        let history = stage.hemma(&["history"]).await;
        assert!(history.stdout.contains("return"), "{end:?}: {ran}\n{history}");
        stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
    }
    // A deploy that ends well is not taken back.
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    tokio::time::sleep(Duration::from_secs(13)).await;
    stage.hemma(&["plan"]).await.exits(0).says("nothing to do");
}

fn returns_after(stage: &Stage, time: &str) {
    let toml = std::fs::read_to_string(stage.here().join("hemma.toml")).expect("it is there");
    stage.write("hemma.toml", &format!("{toml}\n[deploy]\nreturn_after = \"{time}\"\n"));
}

async fn says_so(stage: &Stage, ran: &Ran, end: End) {
    for look in LOOKS {
        let said = stage.hemma(look).await;
        let text = format!("{}{}", said.stdout, said.stderr);
        let who = text.contains("unproven") && text.contains("alice");
        assert!(who, "after {end:?} `{}` says nothing of it\n{said}\n{ran}", look.join(" "));
        assert_ne!(said.exit, Some(0), "after {end:?}\n{said}");
    }
}

async fn ended(stage: &Stage, end: End) -> Ran {
    let ran = ended_without_a_wait(stage, end).await;
    stage.is_quiet().await;
    ran
}

async fn ended_without_a_wait(stage: &Stage, end: End) -> Ran {
    let linked = stage.lab.link(Duration::ZERO).await.expect("it opens");
    let usual = stage.lab.ssh_config();
    stage.configure(|it| it.host.ssh_config = Some(linked.ssh_config.clone().into()));
    let running = Running::by("alice", &stage.lab, stage.here(), &["deploy", "--yes"]);
    running.has_said("  healthy ").await;
    match end {
        End::Signal(Signal::KILL) => running.kill(),
        End::Signal(signal) => running.signal(signal),
        End::Cut => linked.link.cut(),
    }
    let ran = running.end().await;
    stage.configure(|it| it.host.ssh_config = Some(usual.into()));
    assert_ne!(ran.exit, Some(0), "{end:?}\n{ran}");
    ran
}
