//! The installed program speaks of itself by the name that it was called by.

use std::path::Path;
use std::process::{Command, Output};

/// A place without a repository around it, with a compose file where asked for.
fn place() -> tempfile::TempDir {
    tempfile::tempdir().expect("a place")
}

#[test]
fn it_has_a_version() {
    let said = hemma(place().path(), &["--version"]);
    assert_eq!(text(&said), format!("hemma {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn it_has_no_practice_host_and_no_tools_of_its_makers() {
    for words in [&["lab", "up"][..], &["dev", "tables"], &["status", "--lab"]] {
        assert_eq!(hemma(place().path(), words).status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn each_help_and_each_completion_names_it() {
    let here = place();
    let mut lines = vec![vec!["--help"], vec!["-h"], vec!["man"], vec!["config", "--schema"]];
    for shell in ["bash", "zsh", "fish"] {
        lines.push(vec!["completions", shell]);
    }
    let root = hemma_cli::App::new().command();
    for it in root.get_subcommands().filter(|it| !it.is_hide_set()) {
        lines.push(vec!["help", it.get_name()]);
        for below in it.get_subcommands() {
            lines.push(vec!["help", it.get_name(), below.get_name()]);
        }
    }
    assert!(lines.len() > 40, "{}", lines.len());
    for words in lines {
        let output = hemma(here.path(), &words);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
        let alias = said.lines().filter(|it| it.contains("cargo xtask")).collect::<Vec<_>>();
        assert!(alias.is_empty(), "{words:?}: {alias:#?}");
    }
}

#[test]
fn errors_without_a_file_name_it() {
    let here = place();
    for words in [&["plan"][..], &["deploy", "--rehearse", "--yes"], &["status"]] {
        let output = hemma(here.path(), words);
        let said = text(&output);
        assert!(!said.contains("cargo xtask"), "{words:?}: {said}");
    }
    let said = text(&hemma(here.path(), &["plan"]));
    assert!(said.contains("hint: `hemma init --host ALIAS`"), "{said}");
}

#[expect(clippy::disallowed_methods, reason = "the program itself is what is asked")]
fn hemma(here: &Path, words: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_hemma"));
    program.args(words).current_dir(here).output().expect("it starts")
}

fn text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
