//! Comparing the `.env` parser's judgement about shells with a real shell.

mod env_files;

use env_files::{KEYS, UNSET, files, runner};
use hemma_core::{Command, Exec, World};
use hemma_deploy::config::EnvConfig;
use hemma_deploy::env_file::{EnvFile, Surroundings, judge};
use proptest::prelude::*;

/// Prints the keys that are compared, after a shell sourced the file.
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
    let checked = runner(10_000).run(&files(), |text| {
        let Ok(file) = EnvFile::parse(&text, &Surroundings::new()) else { return Ok(()) };
        let rules = EnvConfig { shell_safe: true, ..EnvConfig::default() };
        let flaws = judge(&text, &file, &rules, &[], &Surroundings::new());
        // Carriage returns are reported once, for the whole file.
        let said = !flaws.shell_unsafe.is_empty() || !flaws.repeated.is_empty();
        if said || !flaws.bare_lines.is_empty() || text.contains('\r') || file.entries.is_empty() {
            return Ok(());
        }
        std::fs::write(path, &text).expect("it is our directory");
        let world = World::local();
        let line = Command::new("env").args(["-i", "sh", "-c", SOURCE, "sh", path]);
        let output = runtime.block_on(world.ask(&Exec::here(line))).expect("sh runs");
        let value = |key: &str| file.get(key).map_or(UNSET, |it| it.value.reveal());
        let expected: String = KEYS.iter().flat_map(|it| [value(it), "\0"]).collect();
        prop_assert_eq!(&output.stdout, &expected, "{:?} {:?}", text, output);
        Ok(())
    });
    checked.expect("they agree");
}
