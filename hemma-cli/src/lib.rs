//! *Is it as the runbook says, and if not, may I make it so?* The runbook as commands.
//!
//! Each section of the runbook is a subcommand, and a few verbs stand for the everyday work. This
//! crate parses, composes what the `hemma-` crates know, asks for consent, and renders; it holds
//! no knowledge of its own about Docker, git or ssh.
//!
//! # From another repository
//!
//! Depend on this crate in an `xtask` of your own, and add sections of your own if you like. A
//! section is its arguments; its slug says where it stands: `day4_1_backups` is
//! `cargo xtask day4 backups`, with the same flags, prompts and exit codes as all the others.
//!
//! ```no_run
//! use hemma_cli::core::{Command, Exec, Finding};
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
//! impl Section for Backups {
//!     const SLUG: &'static str = "day4_1_backups";
//!
//!     async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
//!         let list = Command::new("find").args([&self.directory, "-mtime", "-1"]);
//!         let seen = run.world().ask(&Exec::on(&run.config().host.alias, list)).await?;
//!         let finding = match seen.stdout.lines().next() {
//!             Some(file) => Finding::pass("backup", file),
//!             None => Finding::fail("backup", "none since yesterday"),
//!         };
//!         Ok(Answer::Report([finding].into_iter().collect()))
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     hemma_cli::App::new().section::<Backups>().main()
//! }
//! ```

mod answer;
mod app;
mod cli;
mod commands;
mod data;
mod dev;
pub mod edge;
mod editor;
mod ending;
mod exit;
mod failure;
mod forwards;
mod help;
mod interrupt;
mod lab;
mod no_container;
pub mod offload;
mod operator;
mod pipeline;
mod practice;
mod proposal;
mod recording;
mod rehearsal;
pub mod render;
mod research;
mod run;
pub mod scene;
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
pub use proposal::{Proposal, Proposed};
pub use run::Run;
pub use sections::{Section, subcommand};
pub use verb::{Examples, Verb};

/// The command line of this repository: hemma's, with the practice host and what is for its makers.
#[doc(hidden)]
pub fn app() -> App {
    let app = App::new().practice_host::<lab::Host>().verb::<lab::Args>();
    app.verb::<dev::Args>().verb::<dev::ci::Args>()
}

/// hemma's own command line: the runbook's sections and nothing added.
pub fn main() -> std::process::ExitCode {
    App::new().main()
}
