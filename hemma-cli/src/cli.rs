//! The command line: flags that work everywhere, verbs, and the sections of the runbook.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches, Subcommand};
use hemma_core::Host;

use crate::commands::Commands;
use crate::sections::Registered;
use crate::verb::{self, AddedVerb};
use crate::{Answer, Failure, Run, help, sections, verbs};

const HEADING: &str = "Flags of every command";

/// Flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
#[command(next_help_heading = HEADING)]
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
    /// Only where there is a practice host is it a flag: [`lab`].
    #[arg(skip)]
    pub lab: bool,
    /// Play a recorded deploy or plan, without host and network
    #[arg(long, global = true, conflicts_with = "host")]
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

/// The flag that chooses the practice host. It stands between `--json` and `--rehearse`.
fn lab() -> Arg {
    Arg::new("lab")
        .long("lab")
        .help("Work on the practice host, brought up where need be")
        .help_heading(HEADING)
        .display_order(5)
        .action(ArgAction::SetTrue)
        .global(true)
        .conflicts_with_all(["host", "config", "rehearse"])
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
pub(crate) enum OwnVerb {
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
    #[command(display_order = 201)]
    Config(verbs::config::Args),
    #[command(display_order = 202)]
    Completions(verbs::completions::Args),
    #[command(display_order = 202)]
    JsonSchema(verbs::json_schema::Args),
    #[command(hide = true)]
    Man(verbs::man::Args),
}

/// What was typed.
#[derive(Debug)]
pub(crate) struct Call {
    pub flags: Flags,
    pub what: What,
    /// What else could have been typed.
    pub command: Command,
}

#[derive(Debug)]
pub(crate) enum What {
    Section(Registered, ArgMatches),
    Verb(OwnVerb),
    Added(AddedVerb, ArgMatches),
}

const ABOUT: &str = "Take an application live on your own server, and keep it there";

/// The whole tree.
pub(crate) fn command(all: &Commands) -> Command {
    let name = all.program.as_str();
    let root = Command::new("hemma").bin_name(name).version(env!("CARGO_PKG_VERSION"));
    let root = <Flags as clap::Args>::augment_args(root);
    let root = if all.practice.is_some() { root.arg(lab()) } else { root };
    let root = OwnVerb::augment_subcommands(root).about(ABOUT);
    let root = all.verbs.iter().fold(root, |root, it| root.subcommand(it.command()));
    let root = sections::augment(root, &all.sections);
    help::dress(root, all).subcommand_required(true).arg_required_else_help(true)
}

/// Reads a command line, whose first word is the program's name.
pub(crate) fn parse<I, S>(all: &Commands, args: I) -> Result<Call, clap::Error>
where
    I: IntoIterator<Item = S>,
    S: Into<std::ffi::OsString> + Clone,
{
    let command = command(all);
    let matches = command.clone().try_get_matches_from(args)?;
    let mut flags = Flags::from_arg_matches(&matches)?;
    flags.lab = all.practice.is_some() && matches.get_flag("lab");
    let section = sections::find(&all.sections, &matches);
    let what = match (section, verb::find(&all.verbs, &matches)) {
        (Some((section, below)), _) => What::Section(*section, below.clone()),
        (None, Some((added, below))) => What::Added(*added, below.clone()),
        (None, None) => What::Verb(OwnVerb::from_arg_matches(&matches)?),
    };
    flags.plan |= matches!(what, What::Verb(OwnVerb::Plan(_)));
    Ok(Call { flags, what, command })
}

impl What {
    /// Whether it is about a host, and so needs a `hemma.toml`.
    pub(crate) fn needs_config(&self) -> bool {
        use OwnVerb::{Completions, Config, JsonSchema, Man};
        match self {
            Self::Verb(OwnVerb::Tunnel(args)) => args.needs_config(),
            Self::Verb(OwnVerb::Embed(args)) => args.needs_config(),
            Self::Verb(OwnVerb::Extract(args)) => args.needs_config(),
            Self::Verb(OwnVerb::CheckText(args)) => args.needs_config(),
            Self::Verb(Config(_) | Completions(_) | JsonSchema(_) | Man(_)) => false,
            Self::Added(verb, _) => verb.needs_config,
            _ => true,
        }
    }

    /// Whether there is a recording of it to rehearse with.
    pub(crate) fn can_be_rehearsed(&self) -> bool {
        matches!(self, Self::Verb(OwnVerb::Deploy(_) | OwnVerb::Plan(_)))
    }

    /// Whether it sees to its own end: a signal does not cut it, but asks it to finish.
    pub(crate) fn ends_itself(&self) -> bool {
        match self {
            Self::Section(section, _) => section.ends_itself,
            Self::Verb(OwnVerb::Tunnel(args)) => args.ends_itself(),
            Self::Verb(_) | Self::Added(..) => self.has_the_terminal(),
        }
    }

    /// Whether it hands the operator's terminal on to a command of theirs on the host.
    pub(crate) fn has_the_terminal(&self) -> bool {
        matches!(self, Self::Verb(OwnVerb::Exec(_)))
    }

    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        match self {
            Self::Section(section, matches) => section.run(&matches, run).await,
            Self::Verb(OwnVerb::Deploy(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Plan(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Status(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Restart(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Rebuild(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Logs(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Exec(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Backup(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Prune(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Env(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Rollback(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::History(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Lock(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Tunnel(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::CheckText(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Embed(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Extract(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Config(args)) => args.run(run),
            Self::Verb(OwnVerb::Completions(args)) => args.run(run),
            Self::Verb(OwnVerb::JsonSchema(args)) => args.run(run),
            Self::Verb(OwnVerb::Man(args)) => args.run(run),
            Self::Added(verb, matches) => verb.run(&matches, run).await,
        }
    }
}
