//! A command with the operator's own streams: what the login shell prints is not in them, and the exit
//! code is the command's.

use std::path::Path;
use std::process::Output;

use hemma_core::{Command, Ended, Live, SshOptions, Terminal};

use crate::host::{Login, host, program, skipped};

const ORDERS: &str = "HEMMA_TEST_ATTENDS";

/// What the operator's process does: run by the tests below as a process of its own.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a process of this test is told so what to do")]
#[expect(clippy::print_stdout, reason = "that is how it says how the command ended")]
async fn operator() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let (terminal, config) = orders.split_once(' ').expect("two words");
    let terminal = if terminal == "own" { Terminal::Own } else { Terminal::None };
    let options =
        SshOptions { config_file: Some(config.into()), foreground: true, ..SshOptions::default() };
    let live = Live::new(options);
    // A terminal has no end of its input.
    let read = if terminal == Terminal::Own { "" } else { "cat" };
    let script = "printf out; printf err >&2; $1; exit 3";
    let command = Command::script(script, [read]);
    let ended = live.session(&host(), &command, terminal).await;
    match ended {
        Ok(Ended::Exited(exit)) => println!("[ended with {exit}]"),
        Ok(Ended::Signalled(signal)) => println!("[ended by signal {signal}]"),
        Err(error) => println!("[{error}]"),
    }
}

/// Runs [`operator`] with an input, on a terminal if it is to have one.
fn attended(terminal: &str, config: &Path) -> Output {
    let me = std::env::current_exe().expect("it is there");
    let line = format!("{} --exact attended::operator --nocapture", me.display());
    let mut process = if terminal == "own" {
        let mut script = program("script");
        script.args(["-qec", &line, "/dev/null"]);
        script
    } else {
        let mut sh = program("sh");
        sh.args(["-c", &format!("printf fed | {line}")]);
        sh
    };
    process.env(ORDERS, format!("{terminal} {}", config.display()));
    process.stdin(std::process::Stdio::null()).output().expect("it starts")
}

#[tokio::test]
async fn three_streams_are_the_commands_own_byte_for_byte() {
    let Some(login) = Login::with("/bin/bash") else { return };
    login.file(".bashrc", "echo hello; echo hello >&2\n");
    let seen = attended("none", &login.ssh_config(""));
    let (out, err) = (String::from_utf8_lossy(&seen.stdout), String::from_utf8_lossy(&seen.stderr));
    assert!(out.contains("outfed[ended with 3]"), "{out}");
    assert!(!out.contains("hello") && !out.contains("hemma:"), "{out}");
    assert!(err.contains("err") && !err.contains("hello") && !err.contains("hemma:"), "{err}");
}

#[tokio::test]
async fn a_terminal_shows_nothing_but_the_command() {
    if !Path::new("/usr/bin/script").exists() {
        return skipped("there is no script");
    }
    let Some(login) = Login::with("/bin/bash") else { return };
    login.file(".bashrc", "echo hello; echo hello >&2\n");
    let seen = attended("own", &login.ssh_config(""));
    let out = String::from_utf8_lossy(&seen.stdout);
    assert!(out.contains("outerr") && out.contains("[ended with 3]"), "{out}");
    assert!(!out.contains("hello") && !out.contains("hemma:"), "{out}");
}

#[tokio::test]
async fn the_exit_code_of_a_login_shell_is_not_the_commands() {
    let Some(login) = Login::with("/bin/bash") else { return };
    login.file(".bashrc", "echo closed today; exit 3\n");
    let seen = attended("none", &login.ssh_config(""));
    let out = String::from_utf8_lossy(&seen.stdout);
    assert!(!out.contains("[ended with"), "{out}");
}
