//! sudo as it is set up in the wild: what it says is told from what the command says.

use hemma_core::{Command, ExecError, Live, Remark};

use crate::host::{Login, close, on_host, skipped, sudoers};

/// A login for which sudo has these lines, where `LOGIN` stands for its name.
fn login(lines: &str) -> Option<Login> {
    if !std::path::Path::new("/etc/sudoers.d").is_dir() {
        skipped("there is no sudo");
        return None;
    }
    let login = Login::with("/bin/bash")?;
    let text = format!("{}\n", lines.replace("LOGIN", &login.name));
    std::fs::write(sudoers(&login.name), text).expect("it is writable");
    Some(login)
}

const ALL: &str = "LOGIN ALL=(root) NOPASSWD: ALL";

#[tokio::test]
async fn a_refusal_of_sudo_is_no_answer_of_the_command() {
    for (lines, words) in [
        ("", "password is required"),
        ("LOGIN ALL=(root) ALL", "a password is required"),
        ("LOGIN ALL=(root) NOPASSWD: /usr/bin/docker", "a password is required"),
        ("Defaults:LOGIN requiretty\nLOGIN ALL=(root) NOPASSWD: ALL", "you must have a tty"),
        (
            "Defaults:LOGIN !authenticate\nLOGIN ALL=(root) /usr/bin/docker",
            "not allowed to execute",
        ),
    ] {
        let Some(login) = login(lines) else { return };
        login.file(".bashrc", "echo hello\n");
        for command in [Command::new("true"), Command::new("cat").stdin("x")] {
            let (answer, live) = login.answers(&command.sudo()).await;
            match answer {
                Err(ExecError::Sudo { stderr, login: Some(name), .. }) => {
                    assert!(stderr.contains(words), "{lines}: {stderr}");
                    assert_eq!(name, login.name);
                }
                other => panic!("{lines}: {other:?}"),
            }
            close(&live).await;
        }
    }
}

#[tokio::test]
async fn exit_codes_and_words_of_a_command_are_not_sudos() {
    let Some(login) = login(ALL) else { return };
    let live = login.live();
    for exit in [0, 1, 126, 127, 255] {
        let script = "echo out; echo sudo: not mine >&2; exit $1";
        let command = Command::script(script, [exit.to_string()]).sudo();
        let answer = live.run(&on_host(), &command).await.expect("sudo lets it in");
        let seen = (answer.exit, answer.stdout.as_str(), answer.stderr.as_str());
        assert_eq!(seen, (exit, "out\n", "sudo: not mine\n"));
    }
    let missing = live.run(&on_host(), &Command::new("no-such-program").sudo()).await;
    let missing = missing.expect("sudo lets it in");
    assert!(missing.exit == 127 && missing.stderr.contains("no-such-program"), "{missing:?}");
    close(&live).await;
}

/// A warning before a command that does its work is said once, and is not among the command's words.
#[tokio::test]
async fn what_sudo_remarks_is_no_answer_and_is_said_once() {
    let warned = format!("Defaults:LOGIN nonsense_that_is_unknown\n{ALL}");
    let Some(login) = login(&warned) else { return };
    let live = login.live();
    for command in [
        Command::script("echo out; echo err >&2", [""; 0]).sudo(),
        Command::new("cat").stdin("out\n").sudo(),
    ] {
        let answer = live.run(&on_host(), &command).await.expect("sudo lets it in");
        assert_eq!(answer.stdout, "out\n");
        assert!(!answer.stderr.contains("nonsense"), "{answer:?}");
    }
    assert_eq!(sudo_remarks(&live), 1, "{:?}", live.remarks());
    close(&live).await;
}

fn sudo_remarks(live: &Live) -> usize {
    live.remarks().iter().filter(|it| matches!(it, Remark::Sudo { .. })).count()
}
