//! The checks, and counting test results.

use std::path::Path;

use hemma_core::Command;

use super::super::workspace::{self, Error};
use super::packages;

/// Command lines under one heading; the first that fails ends the check.
pub(super) struct Check {
    pub(super) heading: String,
    /// Writes the files that the check needs.
    pub(super) before: fn(&Path) -> Result<(), Error>,
    pub(super) commands: Vec<Command>,
}

/// The heading of the tests that need the practice host.
pub(super) const PRACTICE: &str = "practice host";

/// The number of tests that ran.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

/// The checks in two rows that are gone through at the same time.
pub(super) struct Rows {
    /// Tests, one after the other.
    pub(super) tests: Vec<Check>,
    /// Checks that compile something of their own, or wait: they take what the tests leave of the
    /// processor, as the practice host waits for a good part of its time.
    pub(super) beside: Vec<Check>,
}

/// The checks that are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Which {
    /// Whether one is run alone. Then it uses what cargo has compiled.
    pub(super) one: bool,
    /// Whether the practice host's tests that a change does not have to pass are wanted as well.
    pub(super) thorough: bool,
}

/// Runs tests, also after one failed.
const TEST: &str = "test --no-fail-fast";

/// Selects what cargo compiles. Features are united over what is selected, so another selection
/// would compile half of the crates once more.
const WHOLE: &str = "--workspace --features hemma/lab";

/// The flags for the practice host's tests with `#[ignore = "thorough"]`. Those of `boundaries`
/// take most of an hour, and are started by hand.
const THOROUGH: &str = " --include-ignored --skip boundaries::";

/// All checks.
pub(super) fn checks(root: &Path, which: Which) -> Result<Rows, Error> {
    fn check(heading: &str, lines: &[impl AsRef<str>]) -> Check {
        Check::new(heading, lines.iter().map(|it| cargo(it.as_ref())).collect())
    }
    let place = if which.one { "target" } else { BESIDE };
    let beside = |heading: &str, lines: &[&str]| {
        Check::new(heading, lines.iter().map(|it| last(&format!("cargo {it}"), place)).collect())
    };
    // The tests of the practice host are a directory, so they are not among these.
    let replay = stems(&root.join("tests"));
    let replay: Vec<_> = replay.iter().map(|it| format!("--test {it}")).collect();
    let replay = replay.join(" ");
    let has_lab = root.join("tests/lab/main.rs").is_file();
    let rest = if which.thorough { THOROUGH } else { "" };
    // As many at once as there are hosts.
    let lab = format!("{TEST} {WHOLE} --test lab -- --test-threads 2{rest}");
    let tests = vec![
        check("format", &["fmt --all --check"]),
        // At once, so that the tests wait for no compiler.
        check("compile", &[&format!("test --quiet {WHOLE} --no-run")]),
        check("unit and doc tests", &[&format!("{TEST} --workspace --exclude hemma")]),
        check("storyboards and map", &[&format!("{TEST} {WHOLE} {replay}")]),
        check(PRACTICE, if has_lab { std::slice::from_ref(&lab) } else { &[] }),
        Check::new("examples", examples(root)),
    ];
    let beside = vec![
        beside(
            "lints",
            &["clippy --workspace --all-targets --features hemma/lab --quiet -- -D warnings"],
        ),
        beside(
            "documentation",
            &["--config build.rustdocflags=['-Dwarnings'] doc --workspace --no-deps --quiet"],
        ),
        beside("features", &FEATURES),
        Check {
            before: packages::lay_out,
            ..Check::new("packages", packages::commands(root, place)?)
        },
        Check::new("oldest compiler", oldest_compiler(root)?),
        Check::new("licences and sources", deny()),
        another_repository(),
    ];
    let all = [tests, beside];
    let [tests, beside] =
        all.map(|it| it.into_iter().filter(|it| !it.commands.is_empty()).collect());
    Ok(Rows { tests, beside })
}

/// Builds all examples and runs each.
fn examples(root: &Path) -> Vec<Command> {
    let build = cargo(&format!("build --quiet {WHOLE} --examples"));
    let one = r#"exec "${CARGO_TARGET_DIR:-target}/debug/examples/$1""#;
    let run = stems(&root.join("examples"));
    let run = run.into_iter().map(|it| Command::script(one, [it]));
    std::iter::once(build).chain(run).collect()
}

/// A repository that depends on hemma-cli, with `cargo xtask` of its own.
fn another_repository() -> Check {
    let test = format!("-n 19 cargo {TEST} {WHOLE} --test elsewhere -- --ignored");
    Check::new("another repository", vec![Command::new("nice").args(test.split(' '))])
}

/// Where cargo compiles for the checks beside the tests, so that neither waits for the other.
const BESIDE: &str = "target/beside";

/// A command line that takes what others leave of the processor.
fn last(line: &str, target: &str) -> Command {
    let script = r#"CARGO_TARGET_DIR=$1; export CARGO_TARGET_DIR; shift; exec nice -n 19 "$@""#;
    Command::script(script, [target].into_iter().chain(line.split(' ')))
}

/// The crates without optional features, and those that promise to be light.
const FEATURES: [&str; 7] = [
    "clippy --quiet --no-deps --package hemma-core --no-default-features -- -D warnings",
    "clippy --quiet --no-deps --package hemma-core --no-default-features --features ssh -- -D warnings",
    "clippy --quiet --no-deps --package hemma-core --no-default-features --features cassette -- -D warnings",
    "clippy --quiet --no-deps --package hemma-core --no-default-features --features idna,schema -- -D warnings",
    "clippy --quiet --no-deps --package hemma-dns --no-default-features -- -D warnings",
    "check --quiet --package hemma-tls",
    "check --quiet --package hemma-embed --features ndarray",
];

/// The check with the oldest promised compiler. If this compiler is that one, everything above was
/// checked with it. If it is not installed, nothing is downloaded: that line says so.
fn oldest_compiler(root: &Path) -> Result<Vec<Command>, Error> {
    let manifest = workspace::manifest(&root.join("Cargo.toml"))?;
    let package = manifest.get("workspace").and_then(|it| it.get("package"));
    let promised = package.and_then(|it| it.get("rust-version")?.as_str()).unwrap_or("none");
    let script = r#"case "$(rustc --version)" in "rustc $1."*) exit 0 ;; esac
        if ! rustup run "$1" rustc --version >/dev/null 2>&1; then
          echo "NOT CHECKED: Rust $1, which Cargo.toml promises, is not installed here"
        else
          RUSTUP_TOOLCHAIN=$1 nice -n 19 cargo check --quiet --workspace --all-targets --target-dir target/oldest
        fi"#;
    Ok(vec![Command::script(script, [promised])])
}

fn cargo(line: &str) -> Command {
    Command::new("cargo").args(line.split(' '))
}

/// The licences and sources of crates. Advisories are left out: they need a list from the network,
/// which a bare machine may not have. Crates for all systems are judged, so those for others are
/// fetched first.
///
/// If `cargo deny` is missing, it is built without optimisation: it works for a second here, and on
/// a bare machine its own build is most of this check.
fn deny() -> Vec<Command> {
    let install = "cargo deny --version >/dev/null 2>&1 || \
                   CARGO_PROFILE_DEV_DEBUG=0 nice cargo install --quiet --locked --debug cargo-deny";
    vec![
        Command::script(install, [""; 0]),
        cargo("fetch --quiet --locked"),
        cargo("deny --offline check licenses bans sources"),
    ]
}

/// The names of the Rust files in a directory.
fn stems(dir: &Path) -> Vec<String> {
    let rust = |it: &std::path::PathBuf| it.extension().is_some_and(|it| it == "rs");
    let files = workspace::entries(dir).into_iter().filter(rust);
    files.filter_map(|it| it.file_stem().and_then(|it| it.to_str()).map(str::to_owned)).collect()
}

impl Check {
    fn new(heading: &str, commands: Vec<Command>) -> Self {
        Self { heading: heading.to_owned(), before: |_| Ok(()), commands }
    }
}

impl Counts {
    /// Adds a test run's summary: `test result: ok. 12 passed; 0 failed; …`.
    pub(super) fn add(&mut self, stdout: &str) {
        for line in stdout.lines().filter_map(|it| it.strip_prefix("test result: ")) {
            self.passed += number_before(line, " passed");
            self.failed += number_before(line, " failed");
        }
    }
}

fn number_before(line: &str, word: &str) -> u64 {
    let before = line.split_once(word).map_or("", |it| it.0);
    before.rsplit([' ', ';']).next().and_then(|it| it.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_test_runs_add_up() {
        let stdout = "running 2 tests\ntest a ... ok\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let mut counts = Counts::default();
        counts.add(stdout);
        assert_eq!(counts, Counts { passed: 15, failed: 2 });
    }
}
