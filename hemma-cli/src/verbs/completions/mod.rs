//! Completion scripts for shells.

use clap::Command;
use clap_complete::Shell;

use crate::{Answer, Failure, Run};

/// The name under which a shell knows the script for cargo's alias. No program has it, so it causes
/// no conflict.
const BEHIND_CARGO: &str = "cargo_xtask";

/// Print a completion script for a shell
///
/// It completes the name that this program was called by. For `cargo xtask` it comes before cargo's
/// own completion, which still completes everything else.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
    /// Complete this name instead: `cargo xtask`, or that of a binary
    #[arg(long = "for", value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("only bash, zsh and fish can complete behind `cargo`; --for NAME is for a binary")]
    NoHook,
    #[error("`{0}` cannot be the name of a program: only letters, digits and - . _ + are allowed")]
    NoName(String),
}

impl Args {
    pub(crate) fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let program = run.program;
        let name = self.name.unwrap_or_else(|| program.to_string());
        if name != "cargo xtask" {
            let plain = |it: char| it.is_ascii_alphanumeric() || "-._+".contains(it);
            if name.is_empty() || name.starts_with('-') || !name.chars().all(plain) {
                return Err(Failure::usage(Error::NoName(name)));
            }
            return Ok(Answer::text(script(run, self.shell, &name)));
        }
        let hook = match self.shell {
            Shell::Bash => include_str!("cargo.bash"),
            Shell::Zsh => include_str!("cargo.zsh"),
            Shell::Fish => include_str!("cargo.fish"),
            _ => return Err(Failure::usage(Error::NoHook)),
        };
        Ok(Answer::text(script(run, self.shell, BEHIND_CARGO) + hook))
    }
}

/// The command without hidden commands: a shell would complete them.
fn shown(command: &Command) -> Command {
    let below = command.get_subcommands().filter(|it| !it.is_hide_set()).map(shown);
    let bare = Command::new(command.get_name().to_owned()).args(command.get_arguments());
    let version = command.get_version().map(str::to_owned);
    let bare = version.into_iter().fold(bare, Command::version);
    let about = command.get_about().cloned();
    about.into_iter().fold(bare, Command::about).subcommands(below)
}

pub(crate) fn script(run: &Run<'_>, shell: Shell, name: &str) -> String {
    let mut script = Vec::new();
    // In bash, clap's script knows no command below the first of a program with a `-` in its name:
    // it is generated for another name, and registered for this one.
    let other = if shell == Shell::Bash { name.replace('-', "_") } else { name.to_owned() };
    clap_complete::generate(shell, &mut shown(run.command), &*other, &mut script);
    let script = String::from_utf8_lossy(&script);
    script.replace(&format!(" -o default {other}\n"), &format!(" -o default {name}\n"))
}
