//! The whole way: look at everything, judge, plan, ask, apply, wait until it is healthy, and check
//! it as a browser would.

use hemma_core::{Report, Verdict};
use hemma_deploy::Config;
use hemma_deploy::config::ImageUpdate;
use hemma_deploy::plan::Plan;
use hemma_deploy::rollout::{self, Scope, Situation};

use crate::edge::{self, Waiting};
use crate::ending::{Ending, Stand};
use crate::proposal::{named, short};
use crate::{Answer, Failure, Proposal, Run};

/// Take the application live, and wait until its public names answer
///
/// Ends where the browser begins: each public name, its certificate, and the service that answers.
/// Safe to repeat: a second run says that there is nothing to do.
///
/// Where hemma.toml has stages, each is brought up and seen healthy before the next one begins.
#[derive(Debug, Default, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Only this stage of hemma.toml; `rest` is what no stage names
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// Pull each image whose tag names another image in its registry by now
    #[arg(long, conflicts_with = "stage")]
    pull: bool,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if self.pull {
            let mut config = run.config().clone();
            config.images.update = ImageUpdate::Always;
            let carried = carry_with(run, &config, &Scope::Whole, "deploy --pull").await?;
            return Ok(carried.answer);
        }
        let Some(name) = self.stage else { return carry(run, &Scope::Whole, "deploy").await };
        let scope = Scope::stage(run.config(), &name)?;
        carry(run, &scope, &format!("deploy --stage {name}")).await
    }
}

/// Runs a deploy for a part of the application, given by `scope`.
pub(crate) async fn carry(run: &Run<'_>, scope: &Scope, doing: &str) -> Result<Answer, Failure> {
    Ok(carry_with(run, run.config(), scope, doing).await?.answer)
}

/// The result of a deploy.
pub(crate) struct Carried {
    /// The answer.
    pub answer: Answer,
    /// Whether it ended before anything was done, because something else on the host has a name or
    /// a port that the application wants.
    pub is_contended: bool,
}

impl From<Answer> for Carried {
    fn from(answer: Answer) -> Self {
        Self { answer, is_contended: false }
    }
}

/// Runs a deploy with other settings, such as a profile.
pub(crate) async fn carry_with(
    run: &Run<'_>,
    config: &Config,
    scope: &Scope,
    doing: &str,
) -> Result<Carried, Failure> {
    let world = run.world();
    run.terminal().busy(&format!("looking at {}", config.host.alias));
    let situation = Box::pin(rollout::look_at(world, config, scope)).await;
    let blockers = situation.blockers();
    if !blockers.findings.is_empty() {
        let unproven = situation.unproven().into_iter();
        let report = blockers.findings.into_iter().chain(unproven).collect();
        let is_contended = situation.is_contended();
        return Ok(Carried { answer: Answer::Report(report), is_contended });
    }
    let plan = situation.plan();
    let ending = ending(run, scope, &situation);
    if plan.is_empty() {
        run.proposes(Proposal::default());
        let health = rollout::health_as_seen(world, &situation);
        let (mut report, mut edge) = tokio::join!(health, arrive(run, scope, Waiting::Begun));
        if report.verdict() == Verdict::Unknown {
            // After a restart the engine itself may have started them a moment ago.
            report = rollout::gate_of(world, config, scope, &run.progress()).await?;
            world.forget();
            edge = arrive(run, scope, Waiting::Begun).await;
        }
        report.extend(edge?.findings);
        report.extend(situation.held_back());
        run.aims(Ending { stand: Stand::Idle(report.verdict() == Verdict::Pass), ..ending });
        return Ok(Answer::Report(report).into());
    }
    let done = run.mend(blockers, proposed(run, scope, &situation, &plan), async |approval| {
        let (holder, progress) = (run.holder(doing), run.progress());
        run.aims(Ending { began: world.elapsed(), ..ending });
        let deploy = rollout::deploy(world, &situation, &plan, &holder, approval, &progress);
        let after = match scope {
            Scope::Whole | Scope::Stage(_) => edge::mark(world, config).await,
            Scope::Research(_) => None,
        };
        let mut report = Box::pin(deploy).await?;
        run.stands(Stand::of(&report));
        // The public should not see what was taken back. A wrong edge takes nothing back: no
        // earlier release has better records or certificates.
        if report.verdict() == Verdict::Pass {
            report.extend(arrive(run, scope, Waiting::After(after)).await?.findings);
        }
        Ok(report)
    });
    Ok(done.await?.into())
}

/// The subject of the last lines.
fn ending(run: &Run<'_>, scope: &Scope, situation: &Situation) -> Ending {
    let before = situation.deployed().map_or("nothing yet", short);
    let commit = situation.title().or_else(|| situation.target().map(short)).unwrap_or("the tip");
    let (before, target) = match scope {
        Scope::Whole => (Some(before.to_owned()), commit.to_owned()),
        Scope::Stage(stage) => (Some(before.to_owned()), format!("stage {stage} of {commit}")),
        Scope::Research(services) => (None, named(services)),
    };
    let public = scope.public(run.config()).public;
    let urls = public.iter().map(|it| format!("https://{}", it.name)).collect();
    Ending { urls, ..run.ending_at(before, target) }
}

/// The proposal of a plan, with its notes and its intent.
fn proposed(run: &Run<'_>, scope: &Scope, situation: &Situation, plan: &Plan) -> Proposal {
    let place = run.place();
    let commit = situation.target().map_or("the branch's tip", short);
    let intent = match scope {
        Scope::Whole => format!("Deploy {commit} to {place}"),
        Scope::Stage(stage) => format!("Deploy stage {stage} of {commit} to {place}"),
        Scope::Research(services) => format!("Bring {} up on {place}", named(services)),
    };
    let held = situation.held_back().into_iter();
    let held =
        held.map(|it| format!("{}: {} (`--pull` takes what it names)", it.subject, it.detail));
    let (notes, stages) = (situation.news().into_iter().chain(held).collect(), situation.stages());
    Proposal { notes, stages, ..Proposal::from(plan).to(intent) }
}

async fn arrive(run: &Run<'_>, scope: &Scope, waiting: Waiting) -> Result<Report, Failure> {
    let config = scope.public(run.config());
    if config.public.is_empty() {
        return Ok(Report::default());
    }
    edge::arrive(run.world(), &config, waiting, &run.progress()).await
}
