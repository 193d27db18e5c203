//! Completion scripts for shells.

use clap_complete::Shell;

use crate::{Answer, Run};

/// Print a completion script for a shell
///
/// It completes the name `hemma-xtask`; cargo has no way to complete behind `cargo xtask`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, run: &Run<'_>) -> Answer {
        let mut script = Vec::new();
        let mut command = run.app.command();
        clap_complete::generate(self.shell, &mut command, "hemma-xtask", &mut script);
        Answer::text(String::from_utf8_lossy(&script).into_owned())
    }
}
