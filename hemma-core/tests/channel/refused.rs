//! A login shell that runs no command is named, and no exit code of its own is ever a command's.

use hemma_core::{Command, ExecError};

use crate::host::{Login, close};

/// The shell of a login, its `.bashrc`, and what is said of it.
const ROWS: &[(&str, &str, &[&str])] = &[
    ("/bin/bash", "exit 3", &["printed nothing", "exit code 3"]),
    ("/bin/bash", "echo no; exit 0", &["printed `no`", "exit code 0"]),
    ("/bin/bash", "exec echo gone", &["printed `gone`", "exit code 0"]),
    ("/bin/bash", "exec 2>/dev/null; exec true", &["printed nothing", "exit code 0"]),
    ("/bin/bash", "yes", &["printed `y`", "more than 1 MiB"]),
    ("/bin/bash", "yes >&2", &["printed `y`", "more than 1 MiB"]),
    ("/bin/rbash", "", &["restricted"]),
    ("/usr/sbin/nologin", "", &["This account is currently not available."]),
    ("/bin/false", "", &["printed nothing", "exit code 1"]),
    ("/usr/bin/git-shell", "", &["exec"]),
    ("/usr/bin/python3", "", &["printed"]),
];

#[tokio::test]
async fn a_login_shell_that_runs_nothing_is_named() {
    for (shell, text, words) in ROWS {
        let Some(login) = Login::with(shell) else { continue };
        login.file(".bashrc", &format!("{text}\n"));
        let (answer, live) = login.answers(&Command::new("true")).await;
        let error = answer.expect_err("its exit code is not the command's");
        let said = error.to_string();
        assert!(matches!(error, ExecError::LoginShell { .. }), "{shell} {text}: {said}");
        assert!(words.iter().all(|it| said.contains(it)), "{shell} {text}: {said}");
        close(&live).await;
    }
}
