//! The first `hemma.toml` of a repository.

mod ask;
mod gather;
mod place;
mod settle;
mod write;
mod xtask;

use std::path::Path;

use hemma_core::names::{
    BranchName, CheckoutPath, ComposeFile, DomainName, ProfileName, ProjectName, RemoteUrl,
    ServiceName,
};
use hemma_core::{Finding, Hint, Report, Verdict};
use hemma_deploy::Config;
use hemma_deploy::init::{Answers, Difference, Draft, Edge, Said, difference};
use hemma_deploy::rollout::Scope;

use super::deploy;
use crate::flags::Flags;
use crate::run::Typed;
use crate::speaker::Speaker;
use crate::{Answer, Failure, Noun, Proposal, Proposed, Run, ids, repository, settings};
use gather::Gathered;
use place::Place;

/// Write the hemma.toml of this repository
///
/// Its values come from git, from the compose files and, with --host, from the host: a stack that
/// runs there already keeps its project name, its checkout and its files. Each value is written with
/// its source. What has no sound guess is asked for at a terminal; each question has a flag.
///
/// A hemma.toml that is there is never changed: it is read, and what a new one would say otherwise
/// is shown, with exit 4. Ends with what a deploy would do.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where the repository is checked out on the host
    #[arg(long, value_name = "DIR")]
    checkout: Option<CheckoutPath>,
    /// The name of the compose project
    #[arg(long, value_name = "NAME")]
    project: Option<ProjectName>,
    /// A compose file for the host; several in their order
    #[arg(long = "file", value_name = "FILE")]
    files: Vec<ComposeFile>,
    /// A profile that is live; several times for several
    #[arg(long = "profile", value_name = "NAME")]
    profiles: Vec<ProfileName>,
    /// A public name and the compose service behind it; several times for several
    #[arg(long, value_name = "NAME=SERVICE", value_parser = public)]
    public: Vec<(DomainName, ServiceName)>,
    /// Where the public names lead: the server's own DNS name, or its addresses
    #[arg(long, value_name = "NAME_OR_ADDRESS")]
    edge: Option<Edge>,
    /// A port that other machines may reach; several times for several
    #[arg(long = "open", value_name = "PORT")]
    open: Vec<u16>,
    /// The URL of the repository, as the host reaches it
    #[arg(long, value_name = "URL")]
    remote: Option<RemoteUrl>,
    /// The branch that is live
    #[arg(long, value_name = "NAME")]
    branch: Option<BranchName>,
    /// In a cargo workspace: also write cargo's alias for these commands, and the crate behind it
    #[arg(long)]
    xtask: bool,
}

fn public(text: &str) -> Result<(DomainName, ServiceName), String> {
    let (name, service) = text.split_once('=').ok_or("write NAME=SERVICE")?;
    let name = name.parse().map_err(|it: hemma_core::names::NameError| it.to_string())?;
    let service = service.parse().map_err(|it: hemma_core::names::NameError| it.to_string())?;
    Ok((name, service))
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let there = settings::existing(run.flags, run.here);
        let root = repository::root(run.here).to_owned();
        let target = run.flags.config.as_ref().map(|it| run.here.join(it));
        let file = there.clone().or(target).unwrap_or_else(|| root.join(settings::FILE));
        let place = Place { root, file };
        let mut answers = self.answers(run.flags);
        if there.is_some() {
            settle::explicit(&mut answers, run.config());
        }
        let (gathered, draft) = settle::settle(run, &place, &mut answers).await?;
        let text = draft.text(&heads(&draft).iter().map(String::as_str).collect::<Vec<_>>());
        let config = Config::parse_in(&text, Path::new(settings::FILE), &gathered.surroundings)?;
        let notes = notes(&gathered, &draft);
        if there.is_some() {
            let differences = difference(&draft, run.config());
            let shown = Existing { place: &place, differences, notes };
            return shown.answer(run).await;
        }
        let new = New { place: &place, text, config, notes, draft: &draft, xtask: self.xtask };
        new.answer(run).await
    }

    fn answers(&self, flags: &Flags) -> Answers {
        let said = Said::Flag;
        Answers {
            host: flags.host.clone().map(|it| (it, said)),
            checkout: self.checkout.clone(),
            project: self.project.clone().map(|it| (it, said)),
            remote: self.remote.clone(),
            branch: self.branch.clone(),
            files: (!self.files.is_empty()).then(|| (self.files.clone(), said)),
            profiles: (!self.profiles.is_empty()).then(|| (self.profiles.clone(), said)),
            public: self.public.iter().map(|it| (it.0.clone(), it.1.clone(), said)).collect(),
            edge: self.edge.clone().map(|it| (Some(it), said)),
            open: self.open.iter().copied().collect(),
            ..Answers::default()
        }
    }
}

/// The first comments of the file.
fn heads(draft: &Draft) -> Vec<String> {
    let roles = draft.roles.iter().map(|(name, role)| format!("{name} ({})", role.word()));
    let roles: Vec<String> = roles.collect();
    let mut heads =
        vec!["How this application is deployed. `hemma config` shows all settings.".into()];
    if !roles.is_empty() {
        heads.push(format!("Services: {}.", roles.join(", ")));
    }
    heads
}

/// What was left out and what was not asked, for the operator.
fn notes(gathered: &Gathered, draft: &Draft) -> Vec<String> {
    let asked = draft
        .questions
        .iter()
        .map(|it| format!("{} `{}` says it; until then {}.", it.words, it.flag, it.otherwise));
    gathered.notes.iter().cloned().chain(draft.notes.iter().cloned()).chain(asked).collect()
}

/// A file that is to be written.
struct New<'n> {
    place: &'n Place,
    text: String,
    config: Config,
    notes: Vec<String>,
    draft: &'n Draft,
    xtask: bool,
}

impl New<'_> {
    async fn answer(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (values, guesses) = (self.values().count(), self.values().filter(|it| *it).count());
        let reason = format!("{values} values, {guesses} of them guesses");
        let name = self.place.file.strip_prefix(&self.place.root).unwrap_or(&self.place.file);
        let name = name.display().to_string();
        let mut proposal = Proposal { notes: self.notes, ..Proposal::default() };
        proposal = proposal.step(file(Proposed::add("write", &name, reason), &name));
        let more =
            if self.xtask { xtask::files(&self.place.root) } else { xtask::Files::default() };
        for it in &more.files {
            proposal = proposal.step(file(it.proposed(), &it.path));
        }
        proposal.notes.extend(more.notes.iter().cloned());
        if !run.terminal().json() {
            run.terminal().out(&format!("{}\n", self.text));
        }
        let place = self.place;
        let written =
            run.mend(Report::default(), proposal.to(format!("Write {name}")), async |_| {
                write::new_file(&place.file, &self.text)?;
                let mut report = Report::default();
                report.add(Finding::pass(ids::SETTINGS_WRITTEN, name.clone(), "written"));
                for it in &more.files {
                    it.write(&place.root)?;
                    report.add(Finding::pass(ids::SETTINGS_WRITTEN, it.path.clone(), "written"));
                }
                Ok(report)
            });
        let Answer::Report(written) = written.await? else {
            // Without the file there is nothing to go on from, but a look may still be wanted.
            return if run.flags.plan {
                planned(run, &self.config, Answer::Pending).await
            } else {
                Ok(Answer::Pending)
            };
        };
        speak_without_host(run);
        if self.config.host.is_named() {
            run.terminal().note(&format!("{name} is written; what would a deploy do?"));
        }
        planned(run, &self.config, Answer::Report(written)).await
    }

    /// Whether each value is a guess.
    fn values(&self) -> impl Iterator<Item = bool> {
        let tables = self.draft.tables.iter().chain(&self.draft.withheld);
        tables.flat_map(|it| &it.values).map(|it| it.source.is_guess())
    }
}

fn file(step: Proposed, name: &str) -> Proposed {
    step.of(Noun::new("file", "files"), name)
}

/// A file that is there and stays as it is.
struct Existing<'e> {
    place: &'e Place,
    differences: Vec<Difference>,
    notes: Vec<String>,
}

impl Existing<'_> {
    async fn answer(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let file = self.place.file.display().to_string();
        for note in &self.notes {
            run.terminal().note(&format!("note: {note}"));
        }
        let proposal = self.differences.iter().fold(Proposal::default(), |proposal, it| {
            let reason = format!("{} ({})", it.proposed, it.source);
            let step = match &it.now {
                Some(_) => Proposed::change("set", &it.key, reason),
                None => Proposed::add("add", &it.key, reason),
            };
            proposal.step(step.of(Noun::new("value", "values"), &it.key))
        });
        run.proposes(proposal);
        if self.differences.is_empty() {
            let detail = format!("a new file would say nothing else than {file}");
            let finding = Finding::pass(ids::SETTINGS_CURRENT, settings::FILE, detail);
            let report = [finding].into_iter().collect();
            return planned(run, run.config(), Answer::Report(report)).await;
        }
        if !run.terminal().json() {
            let lines: String = self.differences.iter().map(ToString::to_string).collect();
            run.terminal().out(&format!("{lines}\n"));
        }
        run.terminal().note(&format!(
            "{file} is left as it is; the lines with + are what a new file would say"
        ));
        planned(run, run.config(), Answer::Pending).await
    }
}

/// Ends with what a deploy would do, if there is a host.
async fn planned(run: &Run<'_>, config: &Config, own: Answer) -> Result<Answer, Failure> {
    let flags = Flags { plan: true, ..run.flags.clone() };
    let next = Hint::Run("cargo xtask deploy".to_owned());
    if !config.host.is_named() {
        return Ok(own);
    }
    let Typed { here, program, command, .. } = run.typed_line();
    let typed = Typed { flags: &flags, here, program, command, practice: None };
    let inner = Run::new(typed, run.terminal(), (run.world(), config));
    let plan = Box::pin(deploy::carry_with(&inner, config, &Scope::Whole, "deploy"));
    let plan = plan.await?.answer;
    Ok(match (own, plan) {
        (Answer::Report(mut report), Answer::Pending) => {
            let detail = "nothing stops it; the plan above is what it would do";
            report.add(Finding::pass(ids::DEPLOY_READY, "deploy", detail).hint(next));
            Answer::Report(report)
        }
        (Answer::Report(mut report), Answer::Report(plan)) => {
            report.extend(plan.findings);
            Answer::Report(report)
        }
        // What stops a deploy counts more than a difference.
        (Answer::Pending, Answer::Report(plan)) if plan.verdict() == Verdict::Pass => {
            Answer::Pending
        }
        (_, plan) => plan,
    })
}

/// The next commands find the host in the file that was written.
fn speak_without_host(run: &Run<'_>) {
    let flags = Flags { host: None, ..run.flags.clone() };
    run.terminal().speaks(Speaker::new(run.program, Vec::new(), &flags, None));
}
