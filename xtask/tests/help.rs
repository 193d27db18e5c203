//! The whole of `--help`, as one text.

use std::fmt::Write as _;

use hemma_cli::app;

#[test]
fn help() {
    let mut root = app().command().term_width(100);
    root.build();
    let mut text = String::new();
    tell(&mut text, &mut root);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("help", text));
}

/// The flags of every command are told once, at the top.
fn tell(text: &mut String, command: &mut clap::Command) {
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    let help = command.render_long_help().to_string();
    let own = if text.is_empty() { help } else { without_common_flags(&help) };
    write!(text, "$ {name} --help\n{}\n\n", own.trim_end()).expect("a string takes it");
    // The help of the help would be all of it once more.
    for below in command.get_subcommands_mut().filter(|it| it.get_name() != "help") {
        tell(text, below);
    }
}

fn without_common_flags(help: &str) -> String {
    let (own, rest) = help.split_once("\nFlags of every command:").unwrap_or((help, ""));
    own.to_owned() + rest.find("\nExamples:").map_or("", |at| &rest[at..])
}
