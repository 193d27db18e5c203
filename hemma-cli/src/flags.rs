//! The flags that every command takes.

use std::path::PathBuf;

use clap::{Arg, ArgAction};
use hemma_core::Host;
use hemma_core::names::DestinationName;

const HEADING: &str = "Flags of every command";

/// Flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Flags {
    /// Read this file instead of the nearest hemma.toml
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Use the values of [destination.NAME] in hemma.toml
    #[arg(short = 'd', long, value_name = "NAME", global = true, conflicts_with = "rehearse")]
    pub destination: Option<DestinationName>,
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
    /// Play a recorded deploy or plan, without a network
    #[arg(long, global = true, conflicts_with = "host")]
    pub rehearse: bool,
    /// Show each step and passed check on its own line
    #[arg(long, global = true)]
    pub all: bool,
    /// Show each question and change with its time
    #[arg(long, global = true, hide_short_help = true)]
    pub verbose: bool,
    /// Colour the output; auto does so on a terminal, unless `NO_COLOR` is set
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
pub(crate) fn lab() -> Arg {
    Arg::new("lab")
        .long("lab")
        .help("Work on the practice host; starts it if needed")
        .help_heading(HEADING)
        .display_order(6)
        .action(ArgAction::SetTrue)
        .global(true)
        .conflicts_with_all(["host", "config", "destination", "rehearse"])
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}
