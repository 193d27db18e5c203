//! The command line: flags that work everywhere, verbs, and the sections of the runbook.

use clap::{ArgMatches, Command, FromArgMatches, Subcommand};

use crate::commands::Commands;
use crate::flags::{self, Flags};
use crate::section::{self, Registered};
use crate::verb::{self, AddedVerb};
use crate::{Answer, Failure, Run, help, verbs};

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
    Registry(verbs::registry::Args),
    Rollback(verbs::rollback::Args),
    History(verbs::history::Args),
    Lock(verbs::lock::Args),
    Tunnel(verbs::tunnel::Args),
    CheckText(verbs::check_text::Args),
    Embed(verbs::embed::Args),
    Extract(verbs::extract::Args),
    #[command(display_order = 200)]
    Init(verbs::init::Args),
    #[command(display_order = 201)]
    Config(verbs::config::Args),
    #[command(display_order = 202)]
    Completions(verbs::completions::Args),
    #[command(display_order = 202)]
    JsonSchema(verbs::json_schema::Args),
    #[command(display_order = 202)]
    SetupShell(verbs::setup_shell::Args),
    #[command(hide = true)]
    Man(verbs::man::Args),
}

/// A parsed command line.
#[derive(Debug)]
pub(crate) struct Call {
    pub flags: Flags,
    pub what: What,
    /// The whole command line, for suggestions.
    pub command: Command,
}

#[derive(Debug)]
pub(crate) enum What {
    Section(Registered, ArgMatches),
    Verb(OwnVerb),
    Added(AddedVerb, ArgMatches),
}

const ABOUT: &str = "Take an application live on your own server, and keep it there";

/// The command line with all subcommands.
pub(crate) fn command(all: &Commands) -> Command {
    let name = all.program.as_str();
    let root = Command::new("hemma").bin_name(name).version(env!("CARGO_PKG_VERSION"));
    let root = <Flags as clap::Args>::augment_args(root);
    let root = if all.practice.is_some() { root.arg(flags::lab()) } else { root };
    let root = OwnVerb::augment_subcommands(root).about(ABOUT);
    let root = root.mut_subcommands(|it| {
        let hidden = it.is_hide_set() || !all.named.has_verb(it.get_name());
        it.hide(hidden)
    });
    let root = all.verbs.iter().fold(root, |root, it| root.subcommand(it.command()));
    let root = section::augment(root, &all.sections, all.named);
    help::dress(root, all).subcommand_required(true).arg_required_else_help(true)
}

/// Parses a command line, whose first word is the program's name.
pub(crate) fn parse<I, S>(all: &Commands, args: I) -> Result<Call, clap::Error>
where
    I: IntoIterator<Item = S>,
    S: Into<std::ffi::OsString> + Clone,
{
    let command = command(all);
    let matches = command.clone().try_get_matches_from(args)?;
    let mut flags = Flags::from_arg_matches(&matches)?;
    flags.lab = all.practice.is_some() && matches.get_flag("lab");
    let section = section::find(&all.sections, &matches);
    let what = match (section, verb::find(&all.verbs, &matches)) {
        (Some((section, below)), _) => What::Section(*section, below.clone()),
        (None, Some((added, below))) => What::Added(*added, below.clone()),
        (None, None) => What::Verb(OwnVerb::from_arg_matches(&matches)?),
    };
    flags.plan |= matches!(what, What::Verb(OwnVerb::Plan(_)));
    Ok(Call { flags, what, command })
}

impl What {
    /// Whether the command is about a host, and so needs a `hemma.toml`.
    pub(crate) fn needs_config(&self) -> bool {
        use OwnVerb::{Completions, Config, Init, JsonSchema, Man, SetupShell};
        match self {
            Self::Verb(OwnVerb::Tunnel(args)) => args.needs_config(),
            Self::Verb(OwnVerb::Embed(args)) => args.needs_config(),
            Self::Verb(OwnVerb::Extract(args)) => args.needs_config(),
            Self::Verb(OwnVerb::CheckText(args)) => args.needs_config(),
            Self::Verb(
                Config(_) | Completions(_) | Init(_) | JsonSchema(_) | Man(_) | SetupShell(_),
            ) => false,
            Self::Added(verb, _) => verb.needs_config,
            _ => true,
        }
    }

    /// Whether the command is about a `hemma.toml` that may be missing.
    pub(crate) fn makes_config(&self) -> bool {
        matches!(self, Self::Verb(OwnVerb::Init(_)))
    }

    /// Whether the command depends on the name of the compose project on the host.
    pub(crate) fn is_about_the_project(&self) -> bool {
        use OwnVerb::{CheckText, Embed, Extract, Tunnel};
        /// Sections that look from this machine alone, at DNS or at the ends of tunnels.
        const ELSEWHERE: [&str; 5] = [
            "day1_1_dns_records",
            "day3_3_tunnels",
            "day3_4_smoke_test",
            "offload_4_tunnel",
            "offload_5_pipeline",
        ];
        match self {
            Self::Verb(Tunnel(_) | Embed(_) | Extract(_) | CheckText(_)) => false,
            Self::Section(section, _) => !ELSEWHERE.contains(&section.slug),
            _ => self.needs_config(),
        }
    }

    /// Whether there is a recording to rehearse the command with.
    pub(crate) fn can_be_rehearsed(&self) -> bool {
        matches!(self, Self::Verb(OwnVerb::Deploy(_) | OwnVerb::Plan(_)))
    }

    /// Whether the command ends by itself: a signal does not cut it, but asks it to finish.
    pub(crate) fn ends_itself(&self) -> bool {
        match self {
            Self::Section(section, _) => section.ends_itself,
            Self::Verb(OwnVerb::Tunnel(args)) => args.ends_itself(),
            Self::Verb(_) | Self::Added(..) => self.has_the_terminal(),
        }
    }

    /// Whether the command gives the operator's terminal to a program on the host.
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
            Self::Verb(OwnVerb::Registry(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Rollback(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::History(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Lock(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Tunnel(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::CheckText(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Embed(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Extract(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::Init(args)) => Box::pin(args.run(run)).await,
            Self::Verb(OwnVerb::SetupShell(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Config(args)) => args.run(run).await,
            Self::Verb(OwnVerb::Completions(args)) => args.run(run),
            Self::Verb(OwnVerb::JsonSchema(args)) => args.run(run),
            Self::Verb(OwnVerb::Man(args)) => args.run(run),
            Self::Added(verb, matches) => verb.run(&matches, run).await,
        }
    }
}
