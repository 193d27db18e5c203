//! Output of a login shell is in no answer, for every shell.

use hemma_core::{Command, Remark};

use crate::host::{Login, close, on_host};

/// The shell of a login, a file in its home, and what its first line of output is, if it has one.
type Row = (&'static str, &'static str, &'static str, Option<&'static str>);

const ROWS: &[Row] = &[
    ("/bin/bash", ".bashrc", "", None),
    ("/bin/bash", ".bashrc", "echo hello", Some("hello")),
    ("/bin/bash", ".bashrc", "printf 'no end'", Some("no end")),
    ("/bin/bash", ".bashrc", "printf '\\357\\273\\277\\r\\n\\033[31mred\\033[0m\\r'", Some("red")),
    (
        "/bin/bash",
        ".bashrc",
        "printf 'a\\377\\376\\0\\036hemma:\\n'",
        Some("a\u{fffd}\u{fffd}hemma:"),
    ),
    ("/bin/bash", ".bashrc", "echo big; head -c 1000000 /dev/zero | tr '\\0' x", Some("big")),
    ("/bin/bash", ".bashrc", "echo big; head -c 1000000 /dev/zero | tr '\\0' x >&2", Some("big")),
    ("/bin/bash", ".bashrc", "echo hello >&2", None),
    ("/bin/bash", ".bashrc", "set -xv", None),
    ("/bin/bash", ".bashrc", "export SHELLOPTS; set -xv", None),
    ("/bin/bash", ".bashrc", "set -eu; export IFS=/ CDPATH=/ GREP_OPTIONS=-v", None),
    ("/bin/bash", ".bash_logout", "echo bye", None),
    ("/bin/bash", ".bashrc", "trap 'echo bye' EXIT", None),
    ("/bin/bash", ".bashrc", "sh() { echo no; }; printf() { echo no; }; alias cd=no", None),
    ("/bin/zsh", ".zshenv", "echo hello", Some("hello")),
    ("/bin/zsh", ".zlogout", "echo bye", None),
    ("/usr/bin/fish", ".config/fish/config.fish", "echo hello", Some("hello")),
    ("/bin/tcsh", ".cshrc", "echo hello", Some("hello")),
    ("/bin/tcsh", ".tcshrc", "set echo; echo hello", Some("hello")),
    ("/bin/csh", ".cshrc", "echo hello", Some("hello")),
    ("/bin/mksh", ".mkshrc", "echo hello", None),
    ("/bin/dash", ".profile", "echo hello", None),
];

#[tokio::test]
async fn the_greeting_of_a_login_shell_is_no_answer() {
    for (shell, file, text, greeting) in ROWS {
        let Some(login) = Login::with(shell) else { continue };
        login.file(file, &format!("{text}\n"));
        let script = Command::script("printf out; printf err >&2; exit 3", [""; 0]);
        for command in [script.clone(), script.stdin("fed")] {
            let (answer, live) = login.answers(&command).await;
            let answer = answer.unwrap_or_else(|it| panic!("{shell} {text}: {it}"));
            let seen = (answer.exit, answer.stdout.as_str(), answer.stderr.as_str());
            assert_eq!(seen, (3, "out", "err"), "{shell} {file} {text}");
            let said = live.remarks().into_iter().find_map(|it| match it {
                Remark::Greeting { line, .. } => Some(line),
                _ => None,
            });
            assert_eq!(said.as_deref(), *greeting, "{shell} {file} {text}");
            close(&live).await;
        }
    }
}

/// What a shell, ssh, sudo or printf might take for something of its own.
const HOSTILE: [&str; 28] = [
    "",
    " ",
    "'",
    "\"",
    "\\",
    "\n",
    "\r",
    "\t",
    "$(id)",
    "`id`",
    "$HOME",
    "${IFS}",
    "; id",
    "-rf",
    "--",
    "~",
    "*",
    "!!",
    "#",
    "%s\\n",
    "\\'",
    "a\n\n",
    "\n7",
    "'7",
    "\u{1}\u{2}\u{1f}\u{7f}",
    "åäö \u{1f980} \u{202e}",
    "!$",
    "^a^b",
];

#[tokio::test]
async fn words_arrive_as_they_are_in_every_login_shell() {
    for shell in ["/bin/bash", "/bin/dash", "/bin/zsh", "/usr/bin/fish", "/bin/tcsh", "/bin/mksh"] {
        let Some(login) = Login::with(shell) else { continue };
        let live = login.live();
        for ending in HOSTILE {
            let words = HOSTILE.iter().chain([&ending]);
            let printed = Command::new("/usr/bin/printf").arg("%s\\0");
            let printed = printed.args(words.clone().copied());
            let answer = live.run(&on_host(), &printed).await.expect("it is answered");
            let expected = words.fold(String::new(), |all, it| all + it + "\0");
            assert_eq!(answer.stdout, expected, "{shell} {}", answer.stderr);
        }
        let long = "'".repeat(30_000);
        let answer = live.run(&on_host(), &Command::new("echo").arg(&long)).await;
        assert_eq!(answer.expect("it is answered").stdout, format!("{long}\n"), "{shell}");
        close(&live).await;
    }
}

#[tokio::test]
async fn a_directory_is_entered_before_the_command() {
    let Some(login) = Login::with("/bin/bash") else { return };
    login.file(".bashrc", "echo hello\nexport CDPATH=/\n");
    login.file("-it's/x", "");
    let live = login.live();
    let home = login.home.display();
    for (directory, expected) in [
        ("~", format!("{home}\n")),
        ("~/", format!("{home}\n")),
        ("~/-it's", format!("{home}/-it's\n")),
        ("-it's", format!("{home}/-it's\n")),
        ("/", "/\n".to_owned()),
    ] {
        let answer = live.run(&on_host(), &Command::new("pwd").cwd(directory)).await;
        assert_eq!(answer.expect("it is answered").stdout, expected, "{directory}");
    }
    let answer = live.run(&on_host(), &Command::new("pwd").cwd("~/none")).await;
    let answer = answer.expect("that it is not there is an answer");
    assert!(answer.exit != 0 && answer.stderr.contains("none"), "{answer:?}");
    close(&live).await;
}

/// A wrapper that the administrator put around every command.
#[tokio::test]
async fn what_a_forced_command_prints_after_a_command_is_no_answer() {
    let wrapper =
        "ForceCommand echo hello; sh -c \"$SSH_ORIGINAL_COMMAND\"; echo bye; echo bye >&2";
    let Some(login) = Login::with_sshd("/bin/bash", wrapper) else { return };
    let live = login.live();
    for exit in [0, 3, 127, 255] {
        let script = Command::script("printf out; printf err >&2; exit $1", [exit.to_string()]);
        let answer = live.run(&on_host(), &script).await.expect("it is answered");
        let seen = (answer.exit, answer.stdout.as_str(), answer.stderr.as_str());
        assert_eq!(seen, (exit, "out", "err"));
    }
    close(&live).await;
}
