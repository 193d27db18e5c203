//! One run: causes trouble, runs hemma and strikes it, looks at everything, repairs the trouble,
//! and expects a plain deploy to converge.

use std::time::Duration;

use hemma_lab::Linked;
use rustix::process::Signal;

use super::facts::Facts;
use super::ground::{ALICE, Ground};
use super::kept::{self, Seen};
use super::scenario::{BAD_KEY, Moment, Scenario, Strike, Trouble, Verb};
use super::story::Story;
use crate::hemma::{Ran, Running};

const DEPLOY: [&str; 2] = ["deploy", "--yes"];

/// Gives the base image another name for a while: no build can begin.
const TAKE_BASE: &str =
    "docker tag huledu-deps:dev away:dev && docker rmi huledu-deps:dev >/dev/null";
const GIVE_BASE: &str = "docker tag away:dev huledu-deps:dev && docker rmi away:dev >/dev/null";

/// The service that the other operator restarts. No run is about it.
const BOBS: &str = "language_tool_service";

/// The result of a run.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The promises that were broken.
    pub(super) wrong: Vec<String>,
    /// Whether the run was struck before it ended.
    pub(super) struck: bool,
    /// Whether the next run may be played on this host.
    pub(super) converged: bool,
}

/// Plays a run and returns the broken promises.
pub(super) async fn play(ground: &mut Ground, scenario: &Scenario) -> Outcome {
    ground.forget();
    let head = ground.stage.lab.remote_head().await.expect("it has one");
    ground.stages(scenario.verb == Verb::Stage);
    trouble(ground, scenario).await;
    let shown = match scenario.verb {
        Verb::Rollback => ground.hemma(&["rollback", "--plan"]).await.stdout,
        _ => String::new(),
    };
    let before = Facts::look(&ground.stage).await;
    let (ran, struck) = run(ground, scenario).await;
    let after = Facts::look(&ground.stage).await;
    let journal = ground.journal();
    let story = Story::read(&ground.stage, &journal, before.journal, ALICE).await;
    ground.note(story.to_string());
    let seen = Seen {
        scenario,
        struck,
        ran: &ran,
        before: &before,
        after: &after,
        story: &story,
        shown: &shown,
    };
    let mut wrong = seen.wrong(&ground.proven);
    if wrong.is_empty()
        && scenario.has_bad_env()
        && seen.was_taken_back()
        && !ground.has_good_env().await
    {
        wrong.push("the `.env` of the release is not back".to_owned());
    }
    if seen.passed() || after.is_noted_since(&before) {
        ground.proven.insert(after.live());
    } else if !ground.proven.contains(&after.live()) {
        wrong.extend(admits(ground).await);
    }
    wrong.extend(places(ground, &[&ran]).await);
    mend(ground, scenario, &head, &after).await;
    let converged = converges(ground, &seen, &before).await;
    let is_ground = converged.is_empty();
    wrong.extend(converged);
    Outcome { wrong, struck: struck.is_some(), converged: is_ground }
}

async fn places(ground: &Ground, said: &[&Ran]) -> Vec<String> {
    let places = ground.secrets.seen(&ground.stage, said).await.into_iter();
    places.map(|it| format!("a secret was seen {it}")).collect()
}

/// Causes the trouble.
async fn trouble(ground: &mut Ground, scenario: &Scenario) {
    let service = scenario.service;
    let fault = match scenario.trouble {
        Some(Trouble::FailingBuild) => "build-fails",
        Some(Trouble::FailingGate { fault }) => fault,
        _ => "change-one-service",
    };
    if scenario.brings_a_commit() {
        ground.push(fault, &[service]).await;
    }
    match scenario.trouble {
        Some(Trouble::FailingBuild) if !scenario.brings_a_commit() => {
            no_build(ground, scenario).await;
        }
        Some(Trouble::BadEnv { by_hand }) if scenario.verb != Verb::EnvSet => {
            bad_env(ground, by_hand).await;
        }
        Some(Trouble::FullDisk { dir, kib }) => ground.stage.breaks(&["disk-full", dir, kib]).await,
        _ => {}
    }
}

/// Makes builds impossible: on the way back only what is gone is built.
async fn no_build(ground: &mut Ground, scenario: &Scenario) {
    if scenario.verb == Verb::Rollback
        && let Some(name) = Facts::look(&ground.stage).await.kept_image_of_another()
    {
        let id = format!("docker image inspect --format '{{{{.Id}}}}' {name}");
        ground.stage.root(&format!("docker rmi -f $({id}) >/dev/null || true")).await;
        ground.note(format!("took {name} away"));
    }
    ground.stage.root(TAKE_BASE).await;
}

async fn bad_env(ground: &mut Ground, by_hand: bool) {
    if by_hand {
        return ground.spoil_env().await;
    }
    let args = ["env", "set", BAD_KEY, "--yes"];
    let set = ground.stage.fed(&args, ground.bad_value()).await;
    ground.tell(&args, &set);
    assert!(set.exit.is_some_and(|it| it < 2), "it is set: {set}");
}

/// Runs hemma. Returns when it was struck, if it was before it ended.
async fn run(ground: &mut Ground, scenario: &Scenario) -> (Ran, Option<jiff::Timestamp>) {
    let journal = ground.journal();
    // Each run has a journal of its own.
    let _ = std::fs::remove_file(&journal);
    let linked = match scenario.strike {
        Some((Strike::Cut, _)) => {
            Some(ground.stage.lab.link(Duration::ZERO).await.expect("it opens"))
        }
        _ => None,
    };
    let usual = ground.stage.lab.ssh_config();
    if let Some(linked) = &linked {
        ground.stage.configure(|it| it.host.ssh_config = Some(linked.ssh_config.clone().into()));
    }
    let args = scenario.args();
    let mut running = match scenario.verb {
        Verb::EnvSet => {
            let value =
                if scenario.has_bad_env() { ground.bad_value() } else { "/app/libs".to_owned() };
            Running::fed_by(ALICE, &ground.stage.lab, ground.stage.here(), &args, value.as_bytes())
        }
        _ => ground.start(&args),
    };
    let mut struck = None;
    if let Some((strike, moment)) = scenario.strike
        && comes(&mut running, &journal, moment).await
    {
        struck = Some(self::strike(ground, &running, strike, linked.as_ref()).await);
    }
    let ran = running.end().await;
    ground.stage.is_quiet().await;
    ground.tell(&args, &ran);
    ground.stage.configure(|it| it.host.ssh_config = Some(usual.into()));
    (ran, struck)
}

/// Whether the moment comes before the run ends.
async fn comes(running: &mut Running, journal: &std::path::Path, moment: Moment) -> bool {
    let began = std::time::Instant::now();
    loop {
        let has_come = match moment {
            Moment::Boundary(count) => {
                std::fs::read_to_string(journal).is_ok_and(|it| it.lines().count() >= count)
            }
            Moment::After(rest) => began.elapsed() >= rest,
        };
        let ended = running.has_ended();
        if ended || has_come {
            return !ended;
        }
        // Looking more often would cost more than the run itself.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Strikes, and returns when that was over.
async fn strike(
    ground: &mut Ground,
    running: &Running,
    strike: Strike,
    linked: Option<&Linked>,
) -> jiff::Timestamp {
    match strike {
        Strike::Cut => linked.expect("it was opened").link.cut(),
        Strike::Signal(Signal::KILL) => running.kill(),
        Strike::Signal(signal) => running.signal(signal),
        Strike::EngineRestart => {
            ground.stage.root("/lab/engine stop && /lab/engine start").await;
        }
        Strike::LockReleased { restarts } => {
            let release = ["lock", "release", "--yes"];
            let released = ground.bobs(&release).await;
            ground.tell(&["(bob)", "lock", "release", "--yes"], &released);
            let when = jiff::Timestamp::now();
            if restarts {
                let restarted = ground.bobs(&["restart", BOBS, "--yes"]).await;
                ground.tell(&["(bob)", "restart", BOBS, "--yes"], &restarted);
            }
            return when;
        }
    }
    jiff::Timestamp::now()
}

/// The missing words, if nothing live has passed a gate.
async fn admits(ground: &mut Ground) -> Vec<String> {
    let mut silent = Vec::new();
    for args in [&["status"][..], &["plan"]] {
        let ran = ground.hemma(args).await;
        let said = format!("{}{}", ran.stdout, ran.stderr);
        if !kept::UNPROVEN.iter().any(|it| said.contains(it)) {
            let said = args.join(" ");
            silent.push(format!("what is live passed no gate, and `{said}` does not say so"));
        }
    }
    silent
}

/// Repairs the trouble, as an operator would.
async fn mend(ground: &mut Ground, scenario: &Scenario, head: &str, after: &Facts) {
    ground.stage.mends().await;
    match scenario.trouble {
        Some(Trouble::BadEnv { .. }) => ground.write_env().await,
        Some(Trouble::FailingBuild) if !scenario.brings_a_commit() => {
            ground.stage.root(GIVE_BASE).await;
        }
        Some(Trouble::FailingBuild | Trouble::FailingGate { .. }) if after.head == head => {
            ground.stage.lab.rewind_remote(head).await.expect("it is rewound");
        }
        Some(Trouble::FailingBuild | Trouble::FailingGate { .. }) => {
            ground.push("revert", &[]).await;
        }
        _ => {}
    }
    if scenario.verb == Verb::EnvSet {
        ground.write_env().await;
    }
}

/// Expects a plain deploy to end well, and to leave nothing to do.
async fn converges(ground: &mut Ground, seen: &Seen<'_>, before: &Facts) -> Vec<String> {
    ground.stages(false);
    let mut wrong = Vec::new();
    let deploy = ground.hemma(&DEPLOY).await;
    if deploy.exit != Some(0) {
        return vec![format!("a plain deploy afterwards ends with {:?}", deploy.exit)];
    }
    let plan = ground.hemma(&["plan"]).await;
    if plan.exit != Some(0)
        || !plan.stderr.contains("nothing to do") && !plan.stdout.contains("nothing to do")
    {
        wrong.push(format!("the plan after a deploy that passed ends with {:?}", plan.exit));
    }
    if kept::UNPROVEN.iter().any(|it| plan.stdout.contains(it) || plan.stderr.contains(it)) {
        wrong.push("the plan after a deploy that passed says that it did not".to_owned());
    }
    let facts = Facts::look(&ground.stage).await;
    wrong
        .extend(seen.moved(before, &facts).into_iter().map(|it| format!("{it}, after the deploy")));
    wrong.extend(kept::lost(before, &facts));
    wrong.extend(facts.untrue());
    if facts.head != facts.deployed {
        wrong.push(format!("{} is checked out, {} noted as deployed", facts.head, facts.deployed));
    }
    wrong.extend(places(ground, &[&deploy, &plan]).await);
    ground.proven.insert(facts.live());
    wrong
}
