//! The `.env` parser compared with the only authority: the real `docker compose config`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hemma_core::{Command, Exec, Host, World};
use hemma_deploy::env_file::{EnvFile, Surroundings};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::application::Application;
use super::env_files::{KEYS, UNSET, files, runner};

/// Asking needs no engine, and so no root, who has another home.
const ASK: &str = r#"
mkdir -p ~/apps/env-test/oracle && cd ~/apps/env-test/oracle && cat >.env &&
    printf %s "$1" >compose.yml && docker compose -f compose.yml config --format json"#;

const HOME: &str = "/home/operator";

struct Oracle {
    runtime: Runtime,
    world: World,
    host: Host,
    compose: String,
    _application: Application,
}

impl Oracle {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let application = runtime.block_on(Application::laid_out());
        let mut compose = "services:\n  s:\n    image: x\n    environment:\n".to_owned();
        for key in KEYS {
            writeln!(compose, "      {key}: \"${{{key}-{UNSET}}}\"").expect("writes to memory");
        }
        let (world, host) = (application.world(), application.config.host.alias.clone());
        Self { runtime, world, host, compose, _application: application }
    }

    /// Compose's reading of a `.env`; `None` if it refuses it.
    fn ask(&self, text: &str) -> Option<BTreeMap<String, String>> {
        let line = Command::script(ASK, [&self.compose]).stdin(text);
        let asked = Exec::on(&self.host, line);
        let output = self.runtime.block_on(self.world.ask_again(&asked)).expect("the lab answers");
        if !output.success() {
            assert!(output.stderr.contains("/.env"), "{output:?}");
            return None;
        }
        let root: serde_json::Value = serde_json::from_str(&output.stdout).expect("it is JSON");
        let environment = root["services"]["s"]["environment"].as_object().expect("it has one");
        let value = |it: &serde_json::Value| it.as_str().expect("a string").replace("$$", "$");
        Some(environment.iter().map(|(key, it)| (key.clone(), value(it))).collect())
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.runtime.block_on(self.world.close());
    }
}

fn ours(text: &str) -> Option<BTreeMap<String, String>> {
    let outside: Surroundings = [("HOME".to_owned(), HOME.to_owned())].into();
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
    for text in include_str!("../../../hemma-deploy/tests/env_files/rows").split("\n----\n") {
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

#[test]
fn whatever_the_file_holds_both_say_the_same() {
    let oracle = Oracle::new();
    let checked = runner(100).run(&files(), |text| {
        prop_assert_eq!(ours(&text), oracle.ask(&text), "{:?}", text);
        Ok(())
    });
    checked.expect("they agree");
}
