//! Why a run ended without an answer, and which exit code says so.

mod known;

use std::error::Error;

use hemma_core::{ExecError, Hint};
use hemma_deploy::config::ConfigError;
use hemma_deploy::{env_file, rollout, shared_db};
use hemma_docker::{EngineError, network};
use hemma_git::checkout;
use hemma_postgres::backup::BackupError;

use crate::Exit;

type Link = dyn Error + 'static;

/// An error on its way to the operator: with its causes, an exit code, and the next thing to try.
///
/// Any error becomes one with `?`. "Could not look" (exit 3) is told from "refused, or went wrong"
/// (exit 1) by the first error of the chain that can tell. Where none can, it was not looked: an
/// error that says that something *is* wrong is made with [`Failure::known`].
#[derive(Debug)]
pub struct Failure {
    source: Box<dyn Error + Send + Sync>,
    exit: Exit,
    evidence: Vec<String>,
    hint: Option<Hint>,
}

#[derive(Debug, thiserror::Error)]
#[error("hemma's own standard output could not be written to its end")]
struct Unwritten(#[source] std::io::Error);

impl Failure {
    /// The command line or the configuration is wrong.
    pub fn usage(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        let evidence = links(&*source).find_map(mistakes).unwrap_or_default();
        Self { source, exit: Exit::Usage, evidence, hint: None }
    }

    /// We could not look.
    pub fn unknown(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit: Exit::Unknown, ..Self::usage(source) }
    }

    /// Our own standard output could not be written.
    pub(crate) fn unwritten(source: std::io::Error) -> Self {
        let hint = "it is the file or the disk of this machine that standard output goes to; what \
                    was done is done, and `cargo xtask status` looks again";
        let failure = Self { exit: Exit::Unwritten, ..Self::usage(Unwritten(source)) };
        failure.hint(Hint::Do(hint.to_owned()))
    }

    /// We looked, and it is wrong, or a change did not do what it should.
    pub fn known(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit: Exit::NotAsPlanned, ..Self::usage(source) }
    }

    /// Adds the next thing to try.
    #[must_use]
    pub fn hint(mut self, hint: Hint) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What was tried, then each cause.
    pub fn chain(&self) -> impl Iterator<Item = &Link> {
        links(&*self.source)
    }

    /// Lines that show the cause, e.g. the end of a failed build.
    pub fn evidence(&self) -> &[String] {
        &self.evidence
    }

    /// The next thing to try.
    pub fn advice(&self) -> Option<&Hint> {
        self.hint.as_ref()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(source: E) -> Self {
        let known = links(&source).find_map(known::tells).unwrap_or(false);
        let exit = if known { Exit::NotAsPlanned } else { Exit::Unknown };
        let evidence = links(&source).find_map(evidence).unwrap_or_default();
        let hint = links(&source).find_map(hint);
        Self { source: Box::new(source), exit, evidence, hint }
    }
}

fn links(error: &Link) -> impl Iterator<Item = &Link> {
    std::iter::successors(Some(error), |it| Error::source(*it))
}

/// Each mistake of a `hemma.toml` that has several; a single one is the error itself.
fn mistakes(error: &Link) -> Option<Vec<String>> {
    let problems = error.downcast_ref::<ConfigError>()?.problems();
    let lines = || problems.iter().map(ToString::to_string).collect();
    (problems.len() > 1).then(lines)
}

fn evidence(error: &Link) -> Option<Vec<String>> {
    if let Some(checkout::Error::Refused(finding)) = error.downcast_ref() {
        return Some(finding.evidence.clone());
    }
    error.downcast_ref::<rollout::Error>().map(|it| it.evidence().to_vec())
}

fn hint(error: &Link) -> Option<Hint> {
    if let Some(error) = error.downcast_ref::<checkout::Error>() {
        return error.hint();
    }
    let of_network = || error.downcast_ref::<network::Error>()?.hint();
    let of_rollout = || error.downcast_ref::<rollout::Error>()?.hint();
    let of_env_file = || error.downcast_ref::<env_file::Error>()?.hint();
    let of_database = || error.downcast_ref::<shared_db::Error>()?.hint();
    let of_backup = || error.downcast_ref::<BackupError>()?.hint();
    let of_engine = || error.downcast_ref::<EngineError>()?.hint();
    if matches!(error.downcast_ref(), Some(rollout::Error::Moved(_))) {
        return Some(Hint::Do("the same command again shows the plan as it is now".to_owned()));
    }
    let of_ssh = || error.downcast_ref::<ExecError>()?.hint();
    let of_deploy = of_rollout().or_else(of_env_file).or_else(of_network);
    let of_docker = of_deploy.or_else(of_database).or_else(of_backup).or_else(of_engine);
    of_docker.or_else(of_ssh)
}
