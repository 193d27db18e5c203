//! A command of the operator's in a service's container.

use hemma_core::{Approval, Change, Ended, Hint, Report, Terminal};
use hemma_deploy::Config;
use hemma_deploy::lock::{Announce, Release};
use hemma_docker::{Container, Containers, InContainer, State};

use crate::no_container::no_container;
use crate::{Answer, Failure, Proposal, Proposed, Run};

/// Run a command in the container of a service
///
/// On a terminal it has one of its own, as `ssh -t` gives; without one its streams are passed on
/// byte for byte. No shell reads its arguments, and its exit code is this command's. Typing it is the
/// consent; the journal keeps the program's name, and not its arguments. It takes no lock.
///
/// Without a terminal Ctrl-C ends this side alone, as it does with `docker exec`: the command may go
/// on in the container until it ends by itself. With one, Ctrl-C is the command's own.
///
/// What a command is given as an argument can be read in the list of processes, here and on the
/// host. A secret is better given on standard input.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The service, by its own or its container's name
    #[arg(value_name = "SVC")]
    service: String,
    /// The user, instead of the image's
    #[arg(long, short, value_name = "USER")]
    user: Option<String>,
    /// The working directory, instead of the image's
    #[arg(long, short, value_name = "DIR")]
    workdir: Option<String>,
    /// Allocate no terminal, even if there is one here
    #[arg(long, short = 'T')]
    no_tty: bool,
    /// The command and its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "CMD"
    )]
    command: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("standard output belongs to the command, so it takes no JSON document")]
    NotBoth,
    #[error("container `{name}` is not running: {status}")]
    Stopped { name: String, status: String },
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if run.flags.json {
            return Err(Failure::usage(Error::NotBoth));
        }
        let host = run.config().host.alias.clone();
        let there = run.world().ask(&Containers { host: host.clone() }).await?;
        let container = chosen(&there, run.config(), &self.service)?.name.clone();
        let mut words = self.command.into_iter();
        let in_container = InContainer {
            host,
            container,
            user: self.user,
            directory: self.workdir,
            program: words.next().unwrap_or_default(),
            arguments: words.collect(),
            terminal: if run.terminal().own() && !self.no_tty {
                Terminal::Own
            } else {
                Terminal::None
            },
        };
        run.terminal().idle();
        let Some(approval) = run.typed() else {
            let step = Proposed::change("run", in_container.describe(), "as typed");
            let proposal = Proposal::default().step(step);
            return run.mend(Report::default(), proposal, async |_| Ok(Report::default())).await;
        };
        announce(run, &approval).await;
        let ended = run.world().apply(&in_container, &approval, &run.progress()).await;
        let (host, project) = (in_container.host.clone(), run.config().compose.project.clone());
        run.world()
            .apply(&Release { host, project, outcome: None }, &approval, &run.progress())
            .await?;
        let ended = ended?;
        if matches!(ended, Ended::Signalled(_)) {
            outlived(run, &in_container);
        }
        Ok(Answer::Ended(ended))
    }
}

/// Warns about a command that goes on running. The engine does not end it when the client goes
/// away, and doing so for the engine is not safe: PostgreSQL takes an orphan that a signal ended
/// for a crash of its own.
fn outlived(run: &Run<'_>, cut: &InContainer) {
    let InContainer { host, container, program, .. } = cut;
    let note = format!("{program} may still run in container {container}: it was not told to end");
    run.terminal().note(&note);
    let look = host.line(format_args!("sudo -n docker top {container}"));
    run.terminal().note(&format!("hint: run `{look}`"));
}

/// Announces the command in the journal. A journal that cannot be written does not keep the
/// operator from repairing a host whose disk is full.
async fn announce(run: &Run<'_>, approval: &Approval) {
    let (host, project) = (run.config().host.alias.clone(), run.config().compose.project.clone());
    let announce = Announce { host, project, holder: run.holder("exec") };
    if let Err(error) = run.world().apply(&announce, approval, &run.progress()).await {
        run.terminal().note(&format!("not in the host's journal: {}", hemma_core::causes(&error)));
    }
}

/// The running container, or why there is none.
fn chosen<'c>(
    there: &'c [Container],
    config: &Config,
    asked: &str,
) -> Result<&'c Container, Failure> {
    let is_it = |it: &&Container| {
        it.is_of(config.compose.project.as_str(), asked) || it.name.as_str() == asked
    };
    let mut found = there.iter().filter(is_it).peekable();
    let Some(first) = found.peek().copied() else {
        return Err(no_container(there, config, asked));
    };
    found.find(|it| it.state == State::Running).ok_or_else(|| {
        let (name, status) = (first.name.to_string(), first.status.clone());
        let next = match first.state {
            State::Paused => config.host.alias.line(format_args!("sudo -n docker unpause {name}")),
            State::Created => format!("cargo xtask restart {asked}"),
            _ => format!("cargo xtask logs {asked}"),
        };
        Failure::known(Error::Stopped { name, status }).hint(Hint::Run(next))
    })
}
