//! The next command in a storyboard can be pasted into a terminal as it is.

mod files;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use files::files;
use hemma_cli::{App, Failure, PracticeHost};
use hemma_core::{Cassette, Progress};
use hemma_lab::application;

#[tokio::test]
async fn every_command_in_a_hint_can_be_pasted() {
    let commands = commands_of_all_scenes("").await;
    assert!(commands.len() > 20, "{commands:#?}");
    for command in &commands {
        assert!(shell_reads(command), "no shell reads `{command}`");
        if let Some(line) = command.strip_prefix("ssh ") {
            let (_, rest) = line.split_once(' ').unwrap_or_default();
            let quoted = rest.starts_with('\'') || !rest.contains(['~', ' ', '*', '$', '"']);
            assert!(quoted, "this machine's shell reads a part of `{command}`");
        }
        if let Some(ours) = command.strip_prefix("cargo xtask") {
            let words = std::iter::once("xtask").chain(ours.split_whitespace());
            let read = app().command().try_get_matches_from(words);
            assert!(read.is_ok(), "`{command}`: {}", read.expect_err("it was not read"));
        }
    }
}

#[tokio::test]
async fn a_hint_of_a_run_on_the_practice_host_is_about_the_practice_host() {
    let commands = commands_of_all_scenes(" --lab").await;
    let ours: Vec<&String> = commands.iter().filter(|it| it.starts_with("cargo xtask")).collect();
    assert!(ours.len() > 5, "{ours:#?}");
    for command in ours {
        assert!(command.ends_with(" --lab"), "{command}");
    }
}

#[tokio::test]
async fn an_installed_program_names_itself_in_all_that_it_says() {
    let mut wrong = Vec::new();
    for (file, cassette) in scenes("") {
        let played = App::new().called("/usr/local/bin/hemma").play(cassette).await;
        let played = played.unwrap_or_else(|it| panic!("{}: {it}", file.display()));
        let said = played.stdout + &played.stderr;
        let lines = said.lines().filter(|it| it.contains("cargo xtask"));
        wrong.extend(lines.map(|it| format!("{}: {it}", file.display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A program that has `--lab`. Recordings are played, so nothing comes up.
fn app() -> App {
    App::new().practice_host::<NoHost>()
}

struct NoHost;

impl PracticeHost for NoHost {
    async fn up(_: &Progress) -> Result<PathBuf, Failure> {
        Err(Failure::unknown("a recording needs no host"))
    }

    fn directory() -> Option<PathBuf> {
        None
    }
}

/// The commands in backticks after `hint: run`, and hemma's own in any hint.
async fn commands_of_all_scenes(flags: &str) -> BTreeSet<String> {
    let mut commands = BTreeSet::new();
    for (file, cassette) in scenes(flags) {
        let played = app().play(cassette).await;
        let played = played.unwrap_or_else(|it| panic!("{}: {it}", file.display()));
        let hints = played.stderr.lines().filter_map(|it| it.strip_prefix("hint: "));
        for hint in hints {
            let whole = hint.strip_prefix("run `").and_then(|it| it.strip_suffix('`'));
            let within = hint.split('`').skip(1).step_by(2);
            let ours = within.filter(|it| it.starts_with("cargo xtask "));
            commands.extend(whole.into_iter().chain(ours).map(str::to_owned));
        }
    }
    commands
}

/// All recorded scenes with their files, typed with further flags.
fn scenes(flags: &str) -> Vec<(PathBuf, Cassette)> {
    let cassettes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cassettes");
    let scene = |file: PathBuf| {
        let mut cassette = Cassette::read(&file).unwrap_or_else(|it| panic!("{it}"));
        // The words after `--` are another program's.
        let (ours, theirs) = match cassette.scene.typed.split_once(" -- ") {
            Some((ours, theirs)) => (ours, format!(" -- {theirs}")),
            None => (cassette.scene.typed.as_str(), String::new()),
        };
        cassette.scene.typed = format!("{ours}{flags}{theirs}");
        cassette.scene.config = application::settings_text(&cassette.scene.config);
        (file, cassette)
    };
    files(&cassettes, "toml").into_iter().map(scene).collect()
}

#[expect(clippy::disallowed_methods, reason = "a shell itself is what is asked")]
fn shell_reads(line: &str) -> bool {
    let read = Command::new("sh").args(["-n", "-c", line]).output();
    read.expect("there is a shell").status.success()
}
