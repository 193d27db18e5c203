//! The parts of the help that clap does not make from the arguments: groups of commands, and
//! examples.

mod examples;
mod groups;

use clap::Command;

use crate::commands::Commands;
use crate::speaker::Program;

/// The help's template: the groups replace clap's own list of commands.
const ROOT: &str =
    "{about-with-newline}\n{usage-heading} {usage}{after-help}\n\nOptions:\n{options}";

/// A command line whose help has groups, examples, and the name of the program.
pub(crate) fn dress(root: Command, all: &Commands) -> Command {
    let (short, long) = (groups::short(&root, all), groups::long(&root, all));
    let root = root.mut_subcommands(|it| below(it, &mut Vec::new(), all));
    root.help_template(ROOT).after_help(short).after_long_help(long)
}

/// The command with its subcommands. `path` is the words before the command's own name.
fn below(command: Command, path: &mut Vec<String>, all: &Commands) -> Command {
    path.push(command.get_name().to_owned());
    let mut command = renamed(command, &all.program);
    if let Some(text) = examples::of(path, all) {
        command = command.after_long_help(text);
    }
    if command.has_subcommands() {
        command = command.disable_help_subcommand(true);
    }
    let command = command.mut_subcommands(|it| below(it, path, all));
    path.pop();
    command
}

/// The command with the program's name in its texts, which say `cargo xtask`.
fn renamed(command: Command, program: &Program) -> Command {
    if program.is_alias() {
        return command;
    }
    let named = |it: &clap::builder::StyledStr| program.named_in(&it.to_string());
    let about = command.get_about().map(named);
    let long = command.get_long_about().map(named);
    let command = about.into_iter().fold(command, Command::about);
    let command = long.into_iter().fold(command, Command::long_about);
    command.mut_args(|arg| {
        let (help, long) = (arg.get_help().map(named), arg.get_long_help().map(named));
        let arg = help.into_iter().fold(arg, clap::Arg::help);
        long.into_iter().fold(arg, clap::Arg::long_help)
    })
}
