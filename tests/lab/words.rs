//! Hostile values, from an argument here to a program on the host.

use hemma_core::{Command, ExecError, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::stage::{Stage, on_host};

const CASES: u32 = 96;

/// Values that a shell, ssh, sudo or printf might interpret.
const HOSTILE: [&str; 24] = [
    "",
    " ",
    "'",
    "\"",
    "\\",
    "\n",
    "\r",
    "\t",
    "$(touch /tmp/owned)",
    "`touch /tmp/owned`",
    "$HOME",
    "${IFS}",
    "; touch /tmp/owned",
    "&& false",
    "| cat",
    "> /tmp/owned",
    "-rf",
    "--",
    "~",
    "*",
    "!!",
    "#",
    "%s\\n",
    "åäö \u{1f980} \u{202e}",
];

/// An argument: anything but NUL, which no program can be given.
fn word() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        1 => any::<String>().prop_map(|it| it.replace('\0', "")),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|it| it.concat())
}

/// The way to the program.
#[derive(Debug, Clone)]
struct Line {
    words: Vec<String>,
    sudo: bool,
    fed: bool,
}

fn line() -> impl Strategy<Value = Line> {
    (prop::collection::vec(word(), 0..6), any::<bool>(), any::<bool>())
        .prop_map(|(words, sudo, fed)| Line { words, sudo, fed })
}

/// A directory name: within the limits of a file system, and without a special meaning.
fn directory() -> impl Strategy<Value = String> {
    let name = word().prop_map(|it| {
        let mut name = it.replace('/', "_");
        while name.len() > 200 {
            name.pop();
        }
        name
    });
    name.prop_filter("a name of its own", |it| !["", ".", ".."].contains(&it.as_str()))
}

#[test]
fn what_is_given_here_is_what_a_program_there_receives() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let stage = runtime.block_on(Stage::set());
    let before = runtime.block_on(stage.traces());
    let world = stage.world();
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let arrived = |line: Line| runtime.block_on(arrives(&world, line));
    runner.run(&line(), arrived).unwrap_or_else(|it| panic!("{it}"));
    let stood = |name: String| runtime.block_on(stands(&world, name));
    runner.run(&directory(), stood).unwrap_or_else(|it| panic!("{it}"));
    runtime.block_on(long_lines(&world));
    assert_eq!(world.handshakes(), 1);
    runtime.block_on(async {
        stage.root("rm -rf /home/operator/-stand").await;
        world.close().await;
        stage.is_quiet().await;
        stage.is_as(&before).await;
    });
}

/// A line may be longer than a pipe; an error is expected if the kernel refuses it.
async fn long_lines(world: &World) {
    let long = |length| Line { words: vec!["'".repeat(length)], sudo: true, fed: false };
    arrives(world, long(30_000)).await.expect("it arrives");
    let answer = world.ask(&on_host(Command::new("true").arg("x".repeat(140_000)))).await;
    assert!(matches!(answer, Err(ExecError::Start { .. })), "{answer:?}");
}

/// `printf` prints each of its arguments, ended by a NUL.
async fn arrives(world: &World, line: Line) -> Result<(), TestCaseError> {
    let Line { words, sudo, fed } = line;
    let mut command = Command::new("/usr/bin/printf").args(["%s\\0", "first"]).args(&words);
    if sudo {
        command = command.sudo();
    }
    if fed {
        command = command.stdin("'\n$(id)");
    }
    let answer = world.ask_again(&on_host(command)).await;
    let answer = answer.map_err(|it| TestCaseError::fail(it.to_string()))?;
    let expected: String = std::iter::once("first")
        .chain(words.iter().map(String::as_str))
        .fold(String::new(), |all, it| all + it + "\0");
    prop_assert_eq!(answer.exit, 0, "{}", answer.stderr);
    prop_assert_eq!(answer.stdout, expected);
    Ok(())
}

/// `pwd` prints the directory: below the home, given as a path of its own or from `~/`.
async fn stands(world: &World, name: String) -> Result<(), TestCaseError> {
    let ask = async |command: Command| {
        let answer = world.ask_again(&on_host(command)).await;
        answer.map_err(|it| TestCaseError::fail(it.to_string()))
    };
    let relative = format!("-stand/{name}");
    let made = ask(Command::new("mkdir").args(["-p", "--", &relative])).await?;
    prop_assert_eq!(made.exit, 0, "{}", made.stderr);
    for dir in [relative.clone(), format!("~/{relative}")] {
        let answer = ask(Command::new("/bin/pwd").cwd(dir)).await?;
        let expected = format!("/home/operator/{relative}\n");
        prop_assert_eq!(answer.stdout, expected, "{}", answer.stderr);
    }
    Ok(())
}
