//! Sudo for some commands only: a refusal is reported as one, never as a missing thing.

use crate::stage::Stage;

/// The rule, and whether all that a deploy needs is allowed by it.
const RULES: [(&str, bool); 4] = [
    ("operator ALL=(ALL) NOPASSWD: /usr/bin/docker", false),
    ("operator ALL=(root) NOPASSWD: /usr/bin/docker, /usr/bin/docker-compose", false),
    ("operator ALL=(ALL) NOPASSWD: ALL, !/usr/bin/docker", false),
    ("operator ALL=(ALL:ALL) NOPASSWD: ALL", true),
];

#[tokio::test]
async fn what_a_sudo_policy_refuses_is_said_with_the_line_that_would_do() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    for (rule, enough) in RULES {
        stage.breaks(&["sudoers", rule]).await;
        let mut seen = Vec::new();
        for verb in [&["plan"][..], &["status"], &["deploy", "--yes"]] {
            seen.push(stage.hemma(verb).await);
        }
        stage.mends().await;
        for ran in seen {
            assert!(!ran.stdout.contains("not installed"), "{rule}\n{ran}");
            // Everything that it needs is either allowed, or named.
            let works = ran.exit == Some(0);
            let named = ran.stdout.contains("NOPASSWD") || ran.stderr.contains("NOPASSWD");
            assert!(works || named && !enough, "{rule}\n{ran}");
        }
        stage.is_as(&before).await;
    }
}
