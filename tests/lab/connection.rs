//! What the connection promises: values arrive as they were, codes come back, nothing is left.

use std::time::Duration;

use hemma_core::{Command, Exec, ExecError, Live, SshOptions, World};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};

use crate::stage::Stage;

fn world(stage: &Stage) -> World {
    let config_file = Some(stage.lab.ssh_config());
    World::live(Live::new(SshOptions { config_file, ..SshOptions::default() }))
}

fn on_hemma(command: Command) -> Exec {
    Exec::on(&"hemma".parse().expect("a host"), command)
}

/// What a value is made of that a shell could take for something else.
const PIECES: &str = r#"(a|ü|😀|-|--|'|"|`|\$\(id\)|\$HOME|\\|\n|\r|\t| |;|&|\||>|<|\*|\?|!|#|~|=|%|\{|\}|\[|\]|\(|\))"#;

#[tokio::test]
async fn hostile_values_arrive_as_they_were() {
    let stage = Stage::enter().await;
    let world = world(&stage);
    let mut runner = TestRunner::new(Config::default());
    let value = format!("{PIECES}{{0,12}}");
    let values = proptest::collection::vec(value.as_str(), 0..6);
    for _ in 0..150 {
        let args = values.new_tree(&mut runner).expect("a value").current();
        let script = Command::script(r#"printf '%s\0' "$@""#, args.clone());
        let seen = world.ask_again(&on_hemma(script)).await.expect("it runs");
        // `printf` prints its format once for no arguments at all.
        let arrived: Vec<&str> = seen.stdout.split_terminator('\0').collect();
        let sent: Vec<&str> =
            if args.is_empty() { vec![""] } else { args.iter().map(String::as_str).collect() };
        assert_eq!(arrived, sent);
    }
    let echo = |long: &str| on_hemma(Command::new("printf").args(["%s", long]));
    let long = "x'".repeat(10_000);
    assert_eq!(world.ask(&echo(&long)).await.expect("it runs").stdout, long);
    let error = world.ask(&echo(&"x'".repeat(40_000))).await.expect_err("no shell takes it");
    assert!(matches!(error, ExecError::Start { .. }), "{error}");
    for dir in ["-x", "a b", "it's", "$(id)", "ü\n"] {
        let made = Command::script(r#"mkdir -p -- "/tmp/lab/$1""#, [dir]);
        world.ask(&on_hemma(made)).await.expect("it runs");
        let here = on_hemma(Command::new("pwd").cwd(format!("/tmp/lab/{dir}")));
        let seen = world.ask(&here).await.expect("it runs");
        assert_eq!(seen.stdout, format!("/tmp/lab/{dir}\n"));
    }
    stage.root("rm -rf /tmp/lab").await;
    world.close().await;
}

#[tokio::test]
async fn fifty_commands_at_once_are_answered_over_one_connection() {
    let stage = Stage::enter().await;
    let world = world(&stage);
    let asked: Vec<Exec> =
        (0..50).map(|it| on_hemma(Command::new("echo").arg(it.to_string()))).collect();
    let answers = futures_util::future::join_all(asked.iter().map(|it| world.ask(it))).await;
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.expect("a queue, not an error").stdout, format!("{number}\n"));
    }
    assert_eq!(world.handshakes(), 1);
    for code in [0, 1, 3, 126, 127, 255] {
        let script = Command::script("echo said >&2; exit $1", [code.to_string()]);
        let seen = world.ask(&on_hemma(script)).await.expect("it runs");
        assert_eq!((seen.exit, seen.stderr.as_str()), (code, "said\n"));
    }
    // The shell around it reports a signal as 128 and its number.
    let killed = on_hemma(Command::script("kill -KILL $$", [""; 0]));
    assert_eq!(world.ask(&killed).await.expect("it runs").exit, 137);
    world.close().await;
}

#[tokio::test]
async fn what_is_dropped_here_ends_there() {
    let stage = Stage::enter().await;
    let world = world(&stage);
    let count = "pgrep --count --full '[s]leep 4242' || true";
    for _ in 0..12 {
        let sleep = on_hemma(Command::new("sleep").arg("4242").limit(Duration::from_secs(60)));
        let dropped = tokio::time::timeout(Duration::from_millis(200), world.ask_again(&sleep));
        let dropped = dropped.await;
        assert!(dropped.is_err(), "it sleeps, and does not say {dropped:?}");
    }
    let gone = async {
        while stage.root(count).await.trim() != "0" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("nothing goes on there");
    // Twelve sessions were used and given back; sshd allows ten.
    world.ask(&on_hemma(Command::new("true"))).await.expect("there is a session");
    world.close().await;
}

#[tokio::test]
async fn a_link_that_is_cut_is_not_an_answer() {
    let stage = Stage::deployed().await;
    let linked = stage.lab.link(Duration::ZERO).await.expect("a link");
    let config = linked.config_file.display().to_string();
    stage.hemma_with(&config, &["day2", "external-network"]).await.ends(0);

    linked.link.cut();
    let seen = stage.hemma_with(&config, &["day2", "external-network"]).await;
    seen.ends(3).says("could not reach").never_says("there is none");
    linked.link.mend();

    // Cut while the look is under way: after the handshake, before the answer.
    let config_file = Some(linked.ssh_config.clone());
    let world = World::live(Live::new(SshOptions { config_file, ..SshOptions::default() }));
    world.ask(&on_hemma(Command::new("true"))).await.expect("the link is up");
    let slow = on_hemma(Command::new("sleep").arg("30"));
    let (answer, ()) = tokio::join!(world.ask(&slow), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        linked.link.cut();
    });
    let error = answer.expect_err("nobody knows");
    assert!(matches!(error, ExecError::Lost { .. }), "{error}");
    let host = "hemma".parse().expect("a host");
    let network = "hule-network".parse().expect("a network");
    let finding = hemma_docker::network::verify(&world, &host, &network).await;
    assert_eq!(finding.verdict, hemma_core::Verdict::Unknown, "{finding:?}");
    world.close().await;
}
