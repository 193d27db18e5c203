//! All of `--help` as one text, and the examples in it.

use std::fmt::Write as _;

use crate::app;

#[test]
fn help() {
    let mut root = app().command().term_width(100);
    root.build();
    let mut text = String::new();
    tell(&mut text, &mut root);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../tests/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("help", text));
}

/// The help of a command and those below it. The flags of every command come once, at the top.
fn tell(text: &mut String, command: &mut clap::Command) {
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    let help = command.render_long_help().to_string();
    let own = if text.is_empty() { help } else { without_common_flags(&help) };
    write!(text, "$ {name} --help\n{}\n\n", own.trim_end()).expect("a string takes it");
    // The help of `help` would repeat everything.
    for below in command.get_subcommands_mut().filter(|it| it.get_name() != "help") {
        tell(text, below);
    }
}

fn without_common_flags(help: &str) -> String {
    let (own, rest) = help.split_once("\nFlags of every command:").unwrap_or((help, ""));
    own.to_owned() + rest.find("\nExamples:").map_or("", |at| &rest[at..])
}

#[test]
fn the_short_help_is_one_screen() {
    let help = app().command().term_width(80).render_help().to_string();
    assert!(help.lines().count() <= 24, "{help}");
    assert!(help.lines().all(|it| it.chars().count() <= 80), "{help}");
}

#[test]
fn every_command_of_the_lab_has_examples_that_can_be_typed() {
    use hemma_cli::Verb as _;

    let mut root = app().command();
    root.build();
    let lab = root.find_subcommand("lab").expect("it is a verb");
    for below in lab.get_subcommands().map(clap::Command::get_name) {
        let has = |(command, _): &(&str, _)| *command == format!("lab {below}");
        assert!(crate::lab::Args::EXAMPLES.iter().any(has), "lab {below}");
    }
    for (_, typed) in crate::lab::Args::EXAMPLES.iter().flat_map(|(_, examples)| *examples) {
        let words = std::iter::once("xtask").chain(typed.split(' '));
        let read = app().command().try_get_matches_from(words);
        assert!(read.is_ok(), "`{typed}`: {}", read.expect_err("it was not read"));
    }
}
