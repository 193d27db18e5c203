//! A command ends when its future is dropped, for every login shell.

use std::time::{Duration, Instant};

use hemma_core::Command;

use crate::host::{Login, close, on_host, program, skipped, sudoers};

fn count(what: &str) -> usize {
    let seen = program("pgrep").args(["-c", "-f", what]).output().expect("pgrep starts");
    String::from_utf8_lossy(&seen.stdout).trim().parse().unwrap_or(0)
}

async fn until(what: &str, count_of: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while count(what) != count_of {
        assert!(Instant::now() < deadline, "{} of `{what}`", count(what));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_command_ends_with_the_one_who_waits_for_it() {
    for (number, shell) in ["/bin/bash", "/usr/bin/fish", "/bin/tcsh"].into_iter().enumerate() {
        let Some(login) = Login::with(shell) else { continue };
        let rule = format!("{} ALL=(root) NOPASSWD: ALL\n", login.name);
        let has_sudo = std::fs::write(sudoers(&login.name), rule).is_ok();
        if !has_sudo {
            skipped("there is no sudo");
        }
        let seconds = format!("7{number}{}", std::process::id());
        let what = format!("^sleep {seconds}$");
        let live = login.live();
        for sudo in [false, true] {
            if sudo && !has_sudo {
                continue;
            }
            let command = Command::new("sleep").arg(&seconds);
            let command = if sudo { command.sudo() } else { command };
            {
                let on = on_host();
                let running = live.run(&on, &command);
                tokio::pin!(running);
                tokio::select! {
                    answer = &mut running => panic!("{shell}: {answer:?}"),
                    () = until(&what, 1) => {}
                }
            }
            until(&what, 0).await;
        }
        close(&live).await;
    }
}
