//! The `.env` parser against the only authority there is: the real `docker compose config`.
//!
//! `cargo test -p hemma-docker --features lab --test env_oracle`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hemma_core::config::EnvConfig;
use hemma_core::{Command, Exec, Live, SshOptions, World};
use hemma_docker::env_file::{EnvFile, Surroundings, judge};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// What the compose file asks for. Only these are compared.
const KEYS: [&str; 6] = ["A", "B", "C", "D", "E", "K"];

/// Stands for a variable that is not set.
const UNSET: &str = "(unset)";

/// What files are put together from.
const PIECES: &[&str] = &[
    "A", "B", "C", "=", "=", "=", ":", " ", "\n", "\n", "#", " #", "'", "\"", "\\", "$", "{", "}",
    "${A", "${B:-", "${C-", "${A:+", "${B:?", "$A", "$$", "x", "é", "\t", "\r\n", "export ", "\\n",
    "\\0101", "\\$", "-", "?", "+", "[", ".", "1", "日",
];

struct Oracle {
    runtime: tokio::runtime::Runtime,
    dir: tempfile::TempDir,
}

impl Oracle {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut compose = "services:\n  s:\n    image: x\n    environment:\n".to_owned();
        for key in KEYS {
            writeln!(compose, "      {key}: \"${{{key}-{UNSET}}}\"").expect("writes to memory");
        }
        std::fs::write(dir.path().join("compose.yml"), compose).expect("it is our directory");
        Self { runtime: runtime.expect("a runtime"), dir }
    }

    /// What Compose makes of a `.env`; `None` if it refuses it.
    fn ask(&self, text: &str) -> Option<BTreeMap<String, String>> {
        std::fs::write(self.dir.path().join(".env"), text).expect("it is our directory");
        let world = World::live(Live::new(SshOptions::default()));
        let line = Command::new("docker")
            .args(["compose", "-f", "compose.yml", "config", "--format", "json"])
            .cwd(self.dir.path().to_str().expect("a plain path"));
        let output = self.runtime.block_on(world.ask(&Exec::here(line))).expect("docker runs");
        if !output.success() {
            assert!(
                output.stderr.contains(".env: ") || output.stderr.contains("/.env"),
                "{output:?}"
            );
            return None;
        }
        let root: serde_json::Value = serde_json::from_str(&output.stdout).expect("it is JSON");
        let environment = root["services"]["s"]["environment"].as_object().expect("it has one");
        let value = |it: &serde_json::Value| it.as_str().expect("a string").replace("$$", "$");
        Some(environment.iter().map(|(key, it)| (key.clone(), value(it))).collect())
    }
}

fn ours(text: &str) -> Option<BTreeMap<String, String>> {
    let home = std::env::home_dir().expect("there is one").display().to_string();
    let outside: Surroundings = [("HOME".to_owned(), home)].into();
    let file = EnvFile::parse(text, &outside).ok()?;
    let value = |key: &&str| {
        let value = file.get(key).map_or(UNSET, |it| it.value.reveal());
        ((*key).to_owned(), value.to_owned())
    };
    Some(KEYS.iter().map(value).collect())
}

#[test]
fn each_row_is_what_the_real_compose_makes_of_it() {
    let oracle = Oracle::new();
    for text in include_str!("env_oracle.rows").split("\n----\n") {
        assert_eq!(ours(text), oracle.ask(text), "{text:?}");
    }
    for text in [
        "\u{feff}A=1\r\nB=\"2\"\r\nC='3' # c\r\n",
        "A=\u{feff}x",
        "A=1\rB=2\r",
        "\u{a0}A\u{85}=\u{a0}1",
    ] {
        assert_eq!(ours(text), oracle.ask(text), "{text:?}");
    }
}

/// Files that are files for the most part, and some that are anything.
fn files() -> impl Strategy<Value = String> {
    let text = proptest::collection::vec(proptest::sample::select(PIECES), 0..24);
    let statement = (
        proptest::sample::select(&["A=", "B=", "C=", "D = ", "export E=", "K: "][..]),
        proptest::collection::vec(proptest::sample::select(PIECES), 0..10),
    );
    let file = proptest::collection::vec(statement, 1..5).prop_map(|lines| {
        let line = |(key, value): (&str, Vec<&str>)| format!("{key}{}\n", value.concat());
        lines.into_iter().map(line).collect::<String>()
    });
    prop_oneof![1 => text.prop_map(|it| it.concat()), 3 => file]
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

#[test]
fn whatever_the_file_holds_both_say_the_same() {
    let oracle = Oracle::new();
    let checked = runner(200).run(&files(), |text| {
        prop_assert_eq!(ours(&text), oracle.ask(&text), "{:?}", text);
        Ok(())
    });
    checked.expect("they agree");
}

/// Prints the keys that are compared, after a shell took the file in.
const SOURCE: &str = r#"
. "$1"
for key in A B C D E K; do eval "printf '%s\0' \"\${$key-(unset)}\""; done
"#;

#[test]
fn what_is_not_called_unsafe_is_the_same_to_a_real_shell() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("env");
    let path = path.to_str().expect("a plain path");
    let checked = runner(3_000).run(&files(), |text| {
        let Ok(file) = EnvFile::parse(&text, &Surroundings::new()) else { return Ok(()) };
        let rules = EnvConfig::default();
        let flaws = judge(&text, &file, &rules, &[], &Surroundings::new());
        // Carriage returns are said once, of the whole file.
        let said = !flaws.shell_unsafe.is_empty() || !flaws.repeated.is_empty();
        if said || !flaws.bare_lines.is_empty() || text.contains('\r') || file.entries.is_empty() {
            return Ok(());
        }
        std::fs::write(path, &text).expect("it is our directory");
        let world = World::live(Live::new(SshOptions::default()));
        let line = Command::new("env").args(["-i", "sh", "-c", SOURCE, "sh", path]);
        let output = runtime.block_on(world.ask(&Exec::here(line))).expect("sh runs");
        let value = |key: &str| file.get(key).map_or(UNSET, |it| it.value.reveal());
        let expected: String = KEYS.iter().flat_map(|it| [value(it), "\0"]).collect();
        prop_assert_eq!(&output.stdout, &expected, "{:?} {:?}", text, output);
        Ok(())
    });
    checked.expect("they agree");
}
