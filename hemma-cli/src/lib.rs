//! *Is it as the runbook says, and if not, may I make it so?* The runbook as commands.
//!
//! Each section of the runbook is a subcommand, and a few verbs stand for the everyday work. This
//! crate parses, composes what the `hemma-` crates know, asks for consent, and renders; it holds
//! no knowledge of its own about Docker, git or ssh.
//!
//! # From another repository
//!
//! Depend on this crate in an `xtask` of your own: `hemma_cli::main()` has all of hemma's commands,
//! and an [`App`] takes sections of your own. A section is its arguments; its slug says where it
//! stands: `day4_1_backups` is `cargo xtask day4 backups`, with the same flags, prompts and exit
//! codes as all the others.
//!
//! ```no_run
//! use hemma_cli::core::{Command, Exec, Finding, FindingId};
//! use hemma_cli::{Answer, Failure, Run, Section};
//!
//! /// Check that last night's backup is there
//! #[derive(clap::Args)]
//! struct Backups {
//!     /// Where they are kept on the host
//!     #[arg(long, default_value = "/srv/backups")]
//!     directory: String,
//! }
//!
//! const RECENT: FindingId = FindingId::new("backup.recent");
//! const MISSING: FindingId = FindingId::new("backup.missing");
//!
//! impl Section for Backups {
//!     const SLUG: &'static str = "day4_1_backups";
//!
//!     async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
//!         let list = Command::new("find").args([&self.directory, "-mtime", "-1"]);
//!         let seen = run.world().ask(&Exec::on(&run.config().host.alias, list)).await?;
//!         let finding = match seen.stdout.lines().next() {
//!             Some(file) => Finding::pass(RECENT, "backup", file),
//!             None => Finding::fail(MISSING, "backup", "none since yesterday"),
//!         };
//!         Ok(Answer::Report([finding].into_iter().collect()))
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     hemma_cli::App::new().section::<Backups>().main()
//! }
//! ```
//!
//! A [`Verb`] adds a command outside the runbook, and a [`PracticeHost`] gives every
//! command the flag `--lab`. [`App::play`] shows in a test what an operator would see of a recorded
//! run, [`App::record`] records one.
//!
//! # What it does not do
//!
//! - It changes nothing without consent: each change is shown as a [`Proposal`] first, and
//!   [`Run::mend`] asks for it.
//! - It knows no fact about a host: it asks the other crates, which can be used without it.
//! - It has no practice host and no tools for hemma's own makers: a repository that depends on it
//!   compiles neither.
//! - It installs nothing on the host.

mod answer;
mod app;
mod cli;
mod commands;
mod data;
pub mod edge;
mod editor;
mod ending;
mod exit;
mod failure;
mod flags;
mod forwards;
mod help;
pub mod ids;
mod interrupt;
mod named;
mod no_container;
pub mod offload;
mod operator;
mod pipeline;
mod practice;
mod proposal;
mod recording;
mod rehearsal;
mod remedies;
pub mod render;
mod repository;
mod research;
mod run;
pub mod scene;
mod secret_input;
mod section;
mod sections;
mod settings;
mod speaker;
mod verb;
mod verbs;

pub use answer::{Answer, Saved};
pub use app::App;
pub use exit::Exit;
pub use failure::Failure;
pub use forwards::forwards;
pub use hemma_core as core;
pub use hemma_deploy::Config;
pub use practice::PracticeHost;
pub use proposal::{Noun, Proposal, Proposed};
pub use run::Run;
pub use section::{Section, subcommand};
pub use verb::{Examples, Verb};

/// hemma's own command line: the runbook's sections and nothing added.
pub fn main() -> std::process::ExitCode {
    App::new().main()
}
