//! The run of a section or a verb: the world, the settings, and the operator.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use hemma_core::{Approval, Consent, Hint, Progress, Report, World};
use hemma_deploy::lock::Holder;
use hemma_deploy::rollout;
use hemma_deploy::{Config, Operation};

use crate::ending::{Ending, Stand};
use crate::flags::Flags;
use crate::practice::Practice;
use crate::render::Terminal;
use crate::speaker::Program;
use crate::{Answer, Failure, Proposal, Saved, operator};

/// One run of one command.
#[derive(Debug)]
pub struct Run<'r> {
    pub(crate) flags: &'r Flags,
    pub(crate) here: &'r Path,
    pub(crate) program: &'r Program,
    pub(crate) command: &'r clap::Command,
    practice: Option<Practice>,
    terminal: &'r Terminal,
    world: &'r World,
    config: &'r Config,
    proposal: Mutex<Option<Proposal>>,
    saved: Mutex<Option<Saved>>,
    ending: Mutex<Option<Ending>>,
}

/// The command line, its directory, and the program.
#[derive(Clone, Copy)]
pub(crate) struct Typed<'r> {
    pub(crate) flags: &'r Flags,
    pub(crate) here: &'r Path,
    pub(crate) program: &'r Program,
    /// The whole command line, for suggestions.
    pub(crate) command: &'r clap::Command,
    pub(crate) practice: Option<Practice>,
}

/// Consent is missing.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// There is no terminal to ask on.
    #[error("confirmation is required, and there is no terminal to ask at")]
    NobodyToAsk,
    /// The proposal was not seen.
    #[error(
        "the plan could not be shown, so nothing was changed: standard output could not be \
         written"
    )]
    Unseen,
}

impl<'r> Run<'r> {
    pub(crate) fn new(
        typed: Typed<'r>,
        terminal: &'r Terminal,
        (world, config): (&'r World, &'r Config),
    ) -> Self {
        let Typed { flags, here, program, command, practice } = typed;
        Self {
            flags,
            here,
            program,
            command,
            practice,
            terminal,
            world,
            config,
            proposal: Mutex::default(),
            saved: Mutex::default(),
            ending: Mutex::default(),
        }
    }

    /// The command line of this run.
    pub(crate) fn typed_line(&self) -> Typed<'_> {
        let (flags, here, program) = (self.flags, self.here, self.program);
        Typed { flags, here, program, command: self.command, practice: self.practice }
    }

    /// The world, which answers questions and applies changes.
    pub fn world(&self) -> &World {
        self.world
    }

    /// The settings: the `hemma.toml`, with the overrides of the command line.
    pub fn config(&self) -> &Config {
        self.config
    }

    /// The directory in which the command was typed.
    pub fn here(&self) -> &Path {
        self.here
    }

    /// The ending of this run before it has done anything.
    pub(crate) fn ending_at(&self, before: Option<String>, target: impl Into<String>) -> Ending {
        Ending::new(self.place(), self.world.elapsed(), before, target.into())
    }

    /// The host and the application on it, for a question: `far (shop)`, with the destination where
    /// one was chosen: `staging: far (shop)`.
    pub(crate) fn place(&self) -> String {
        let destination = self.config.destination.as_ref();
        let destination = destination.map(|it| format!("{it}: ")).unwrap_or_default();
        format!("{destination}{} ({})", self.config.host.alias, self.config.compose.project)
    }

    /// The operator's terminal.
    pub fn terminal(&self) -> &Terminal {
        self.terminal
    }

    /// The progress of long changes, on the terminal.
    pub fn progress(&self) -> Progress {
        self.terminal.progress()
    }

    /// The holder for the host's lock; from here on each change is also written into this machine's
    /// journal.
    pub(crate) fn holder(&self, doing: &str) -> Holder {
        let destination = self.config.destination.as_ref();
        let doing = destination.map_or_else(|| doing.to_owned(), |it| format!("{doing} -d {it}"));
        let holder = operator::holder(self.world, &doing);
        operator::keep_journal(self.world, &holder, self.state().as_deref());
        holder
    }

    /// The directory on this machine for the history of the application.
    pub(crate) fn state(&self) -> Option<std::path::PathBuf> {
        let lab = self.practice.and_then(Practice::directory);
        operator::state(self.flags, self.here, lab, self.config.compose.project.as_str())
    }

    /// Shows a proposal, asks for consent, and carries it out.
    ///
    /// `before` is the answer if there is nothing to do; otherwise it is what `apply` returns. An
    /// [`Approval`] is made here and nowhere else.
    pub async fn mend(
        &self,
        before: Report,
        proposal: Proposal,
        apply: impl AsyncFnOnce(&Approval) -> Result<Report, Failure>,
    ) -> Result<Answer, Failure> {
        self.terminal.idle();
        if proposal.is_empty() {
            self.proposes(proposal);
            return Ok(Answer::Report(before));
        }
        self.terminal.proposal(&proposal);
        let question = proposal.question(&format!("Change {}", self.place()));
        self.proposes(proposal);
        let Some(approval) = self.world.approve(self.consent(&question).await?) else {
            return Ok(Answer::Pending);
        };
        apply(&approval).await.map(Answer::Report)
    }

    /// The operation for a change of the run's application.
    pub(crate) fn operation<'o>(
        &'o self,
        approval: &'o Approval,
        progress: &'o Progress,
    ) -> Operation<'o> {
        Operation { world: self.world, config: self.config, approval, progress }
    }

    /// Runs work under the host's lock, which is released however it ends.
    pub(crate) async fn locked<T, E: Into<Failure>>(
        &self,
        doing: &str,
        approval: &Approval,
        work: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<T, Failure> {
        let (holder, progress) = (self.holder(doing), self.progress());
        rollout::locked(self.operation(approval, &progress), &holder, async || {
            work().await.map_err(Into::into)
        })
        .await
    }

    /// The consent to what the operator typed word for word, which needs no second yes; only
    /// `--plan` is a no.
    pub(crate) fn typed(&self) -> Option<Approval> {
        self.world.approve(Consent::Given)
    }

    /// Notes the proposal, even an empty one.
    pub(crate) fn proposes(&self, proposal: Proposal) {
        self.proposal.lock().unwrap_or_else(PoisonError::into_inner).replace(proposal);
    }

    /// The proposal of this run.
    pub(crate) fn proposed(&self) -> Option<Proposal> {
        self.proposal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what is kept if the run ends now.
    pub(crate) fn saves(&self, saved: Saved) {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).replace(saved);
    }

    /// The kept part of the run.
    pub(crate) fn saved(&self) -> Option<Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what this run takes live, for its last lines.
    pub(crate) fn aims(&self, ending: Ending) {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).replace(ending);
    }

    /// Notes its progress.
    pub(crate) fn stands(&self, stand: Stand) {
        if let Some(ending) = &mut *self.ending.lock().unwrap_or_else(PoisonError::into_inner) {
            ending.stand = stand;
        }
    }

    /// What this run took live, or tried to.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn consent(&self, question: &str) -> Result<Consent, Failure> {
        let flags = self.flags;
        if flags.plan {
            return Ok(Consent::Withheld);
        }
        // A rehearsal changes nothing, so it needs no consent; at a terminal it asks, for practice.
        if flags.yes || (flags.rehearse && !self.terminal.somebody()) {
            return Ok(Consent::Given);
        }
        if !self.terminal.somebody() {
            let hint = Hint::Do("add --yes to do it, or --plan to only look".to_owned());
            return Err(Failure::usage(Error::NobodyToAsk).hint(hint));
        }
        if self.terminal.is_cut() {
            let hint = Hint::Do("let standard output go to the terminal, or add --yes".to_owned());
            return Err(Failure::usage(Error::Unseen).hint(hint));
        }
        self.terminal.err("\n");
        let production = self.config.destination.as_ref().filter(|it| it.is_production());
        let agrees = match production {
            Some(name) => self.terminal.types(question, name.as_str()).await,
            None => self.terminal.agrees(question).await,
        };
        if agrees {
            return Ok(Consent::Given);
        }
        self.terminal.note("nothing was changed");
        Ok(Consent::Withheld)
    }
}
