//! A new repository gets `cargo xtask` with three lines of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const XTASK: &str = r#"
use hemma_cli::core::{Finding, FindingId};
use hemma_cli::{Answer, App, Failure, Run, Section};

/// Check that the lights are on
#[derive(clap::Args)]
struct Lights {}

impl Section for Lights {
    const SLUG: &'static str = "day4_1_lights_on";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let on = FindingId::new("lights.on");
        let finding = Finding::pass(on, "lights", run.config().host.alias.as_str());
        Ok(Answer::Report([finding].into_iter().collect()))
    }
}

fn main() -> std::process::ExitCode {
    App::new().section::<Lights>().main()
}
"#;

/// It takes minutes on a bare machine, so `cargo xtask ci` runs it beside the other tests.
#[test]
#[ignore = "compiles hemma's crates once more"]
fn another_repository_has_all_commands_and_its_own() {
    let repository = tempfile::tempdir().expect("a place");
    furnish(repository.path());

    let plan = xtask(repository.path(), &["plan", "--rehearse"]);
    let (stdout, stderr) = texts(&plan);
    assert_eq!(plan.status.code(), Some(4), "{stdout}{stderr}");
    assert!(stdout.contains("api_gateway_service"), "{stdout}{stderr}");
    assert!(stderr.contains("rehearsal: "), "{stderr}");

    let own = xtask(repository.path(), &["day4", "lights-on"]);
    assert_eq!(texts(&own).0, "pass  lights  elsewhere\n", "{}", texts(&own).1);

    for hemmas in [["status", "--lab"], ["lab", "up"], ["dev", "tables"]] {
        assert_eq!(xtask(repository.path(), &hemmas).status.code(), Some(2), "{hemmas:?}");
    }

    write(repository.path(), "hemma.toml", "[host]\nalais = \"elsewhere\"\n");
    let wrong = xtask(repository.path(), &["plan", "--rehearse"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(texts(&wrong).1.contains("hemma.toml:2:1: host: there is no key `alais` here"));
}

/// Turns an empty directory into a repository with its own xtask.
fn furnish(dir: &Path) {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = format!(
        "[package]\nname = \"xtask\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nhemma-cli = {{ path = \"{}\" }}\n\
         clap = {{ version = \"4\", default-features = false, features = [\"derive\"] }}\n",
        ours.display()
    );
    let workspace = std::fs::read_to_string(ours.join("../Cargo.toml")).expect("it is there");
    let profile = workspace.split_once("[profile.dev]").map_or("", |it| it.1);
    // The same profile and the same lock file, so that what is built already is used. Here hemma's
    // crates are members of the workspace; there they are not, so they have to be named.
    let members = ["cli", "core", "deploy", "dns", "docker", "embed", "git", "ingress"];
    let members = members.into_iter().chain(["postgres", "tls", "tunnel"]);
    let members: String = members
        .map(|it| ["[profile.dev.package.hemma-", it, "]\ndebug = \"line-tables-only\"\n"].concat())
        .collect();
    write(
        dir,
        "Cargo.toml",
        &format!(
            "[workspace]\nmembers = [\"xtask\"]\nresolver = \"3\"\n{members}[profile.dev]{profile}"
        ),
    );
    write(dir, "xtask/Cargo.toml", &manifest);
    write(dir, "xtask/src/main.rs", XTASK);
    write(dir, ".cargo/config.toml", "[alias]\nxtask = \"run --quiet --package xtask --\"\n");
    write(dir, "hemma.toml", "[host]\nalias = \"elsewhere\"\n");
    std::fs::copy(ours.join("../Cargo.lock"), dir.join("Cargo.lock")).expect("it is there");
}

fn write(dir: &Path, file: &str, text: &str) {
    let path = dir.join(file);
    std::fs::create_dir_all(path.parent().expect("it is below the directory")).expect("a place");
    std::fs::write(path, text).expect("a place");
}

#[expect(clippy::disallowed_methods, reason = "cargo, as somebody types it elsewhere")]
fn xtask(dir: &Path, args: &[&str]) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["--offline", "xtask"]).args(args).current_dir(dir);
    cargo.env("CARGO_TARGET_DIR", target_dir());
    cargo.output().expect("cargo starts")
}

/// The target directory: this test is `target/debug/deps/elsewhere-…`, three below it.
fn target_dir() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    test.ancestors().nth(3).expect("it lies in a target directory").to_owned()
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}
