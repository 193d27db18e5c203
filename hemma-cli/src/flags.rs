//! The flags that every command takes.

use std::path::PathBuf;

use clap::{Arg, ArgAction};
use hemma_core::Host;

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
    /// Show each step and each passed check on a line of its own
    #[arg(long, global = true)]
    pub all: bool,
    /// Show each question and change with its time
    #[arg(long, global = true)]
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
        .help("Work on the practice host, which is started if needed")
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
