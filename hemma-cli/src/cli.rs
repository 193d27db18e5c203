//! The command line: flags that work everywhere, verbs, and the sections of the runbook.

use std::path::PathBuf;

use clap::{ArgMatches, Command, FromArgMatches, Subcommand};
use hemma_core::Host;

use crate::sections::Registered;
use crate::speaker::Program;
use crate::{Answer, Failure, Run, dev, help, lab, sections, verbs};

/// Flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
#[command(next_help_heading = "Flags of every command")]
pub(crate) struct Flags {
    /// Read this file, not the hemma.toml that is here or above
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Use this ssh alias instead of the one in hemma.toml
    #[arg(long, value_name = "ALIAS", global = true)]
    pub host: Option<Host>,
    /// Show what would be changed, and change nothing
    #[arg(long, global = true)]
    pub plan: bool,
    /// Make the changes without asking
    #[arg(long, global = true, conflicts_with = "plan")]
    pub yes: bool,
    /// Write one JSON document to standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Work on the practice host, brought up where need be
    #[arg(long, global = true, conflicts_with_all = ["host", "config"])]
    pub lab: bool,
    /// Play a recorded deploy or plan, without host and network
    #[arg(long, global = true, conflicts_with_all = ["host", "lab"])]
    pub rehearse: bool,
    /// Show each step and each pass in a line of its own
    #[arg(long, global = true)]
    pub all: bool,
    /// Show each question and change with its time
    #[arg(long, global = true)]
    pub verbose: bool,
    /// Colour the words; auto does so on a terminal, unless `NO_COLOR` is set
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        hide_short_help = true
    )]
    pub color: Color,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// The everyday work, apart from the runbook's sections.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Deploy(verbs::deploy::Args),
    Plan(verbs::plan::Args),
    Status(verbs::status::Args),
    Restart(verbs::restart::Args),
    Rebuild(verbs::rebuild::Args),
    Logs(verbs::logs::Args),
    Exec(verbs::exec::Args),
    Backup(verbs::backup::Args),
    Prune(verbs::prune::Args),
    Env(verbs::env::Args),
    Rollback(verbs::rollback::Args),
    History(verbs::history::Args),
    Lock(verbs::lock::Args),
    Tunnel(verbs::tunnel::Args),
    CheckText(verbs::check_text::Args),
    Embed(verbs::embed::Args),
    Extract(verbs::extract::Args),
    #[command(display_order = 200)]
    Lab(lab::Args),
    #[command(display_order = 201)]
    Config(verbs::config::Args),
    #[command(display_order = 202)]
    Completions(verbs::completions::Args),
    #[command(display_order = 202)]
    JsonSchema(verbs::json_schema::Args),
    #[command(hide = true)]
    Man(verbs::man::Args),
    #[command(display_order = 203)]
    Dev(dev::Args),
    #[command(hide = true)]
    Ci(dev::ci::Args),
}

/// What was typed.
#[derive(Debug)]
pub(crate) struct Call {
    pub flags: Flags,
    pub what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    Section(Registered, ArgMatches),
    Verb(Verb),
}

const ABOUT: &str = "Take an application live on your own server, and keep it there";

/// The whole tree.
pub(crate) fn command(registered: &[Registered], program: &Program) -> Command {
    let root = Command::new("hemma").bin_name(program.as_str()).version(env!("CARGO_PKG_VERSION"));
    let root = <Flags as clap::Args>::augment_args(root);
    let root = Verb::augment_subcommands(root).about(ABOUT);
    let root = sections::augment(root, registered);
    help::dress(root, program).subcommand_required(true).arg_required_else_help(true)
}

/// Reads a command line, whose first word is the program's name.
pub(crate) fn parse<I, S>(
    registered: &[Registered],
    program: &Program,
    args: I,
) -> Result<Call, clap::Error>
where
    I: IntoIterator<Item = S>,
    S: Into<std::ffi::OsString> + Clone,
{
    let matches = command(registered, program).try_get_matches_from(args)?;
    let mut flags = Flags::from_arg_matches(&matches)?;
    let what = match sections::find(registered, &matches) {
        Some((section, below)) => What::Section(*section, below.clone()),
        None => What::Verb(Verb::from_arg_matches(&matches)?),
    };
    flags.plan |= matches!(what, What::Verb(Verb::Plan(_)));
    Ok(Call { flags, what })
}

impl What {
    /// Whether it is about a host, and so needs a `hemma.toml`.
    pub(crate) fn needs_config(&self) -> bool {
        use Verb::{Ci, Completions, Config, Dev, JsonSchema, Lab, Man};
        match self {
            Self::Verb(Verb::Tunnel(args)) => args.needs_config(),
            Self::Verb(Verb::Embed(args)) => args.needs_config(),
            Self::Verb(Verb::Extract(args)) => args.needs_config(),
            Self::Verb(Verb::CheckText(args)) => args.needs_config(),
            Self::Verb(
                Lab(_) | Config(_) | Dev(_) | Ci(_) | Completions(_) | JsonSchema(_) | Man(_),
            ) => false,
            _ => true,
        }
    }

    /// Whether there is a recording of it to rehearse with.
    pub(crate) fn can_be_rehearsed(&self) -> bool {
        matches!(self, Self::Verb(Verb::Deploy(_) | Verb::Plan(_)))
    }

    /// Whether it sees to its own end: a signal does not cut it, but asks it to finish.
    pub(crate) fn ends_itself(&self) -> bool {
        match self {
            Self::Section(section, _) => section.ends_itself,
            Self::Verb(Verb::Tunnel(args)) => args.ends_itself(),
            Self::Verb(_) => self.has_the_terminal(),
        }
    }

    /// Whether it hands the operator's terminal on to a command of theirs on the host.
    pub(crate) fn has_the_terminal(&self) -> bool {
        matches!(self, Self::Verb(Verb::Exec(_)))
    }

    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        match self {
            Self::Section(section, matches) => section.run(&matches, run).await,
            Self::Verb(Verb::Deploy(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Plan(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Status(args)) => args.run(run).await,
            Self::Verb(Verb::Restart(args)) => args.run(run).await,
            Self::Verb(Verb::Rebuild(args)) => args.run(run).await,
            Self::Verb(Verb::Logs(args)) => args.run(run).await,
            Self::Verb(Verb::Exec(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Backup(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Prune(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Env(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Rollback(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::History(args)) => args.run(run).await,
            Self::Verb(Verb::Lock(args)) => args.run(run).await,
            Self::Verb(Verb::Tunnel(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::CheckText(args)) => args.run(run).await,
            Self::Verb(Verb::Embed(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Extract(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Lab(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Config(args)) => args.run(run),
            Self::Verb(Verb::Completions(args)) => args.run(run),
            Self::Verb(Verb::JsonSchema(args)) => args.run(run),
            Self::Verb(Verb::Man(args)) => args.run(run),
            Self::Verb(Verb::Dev(args)) => Box::pin(args.run(run)).await,
            Self::Verb(Verb::Ci(args)) => args.run(run).await,
        }
    }
}
