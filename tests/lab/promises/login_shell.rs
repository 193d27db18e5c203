//! Output of the host at every login or sudo does not count as an answer.

use crate::hemma::Ran;
use crate::stage::Stage;

/// Looks and changes that read answers of every kind: scripts, the engine's stream, the lock, a
/// terminal, a dump.
const COMMANDS: [&[&str]; 12] = [
    &["status"],
    &["day0", "preconditions"],
    &["day1", "proxy-health"],
    &["lock", "show"],
    &["history"],
    &["logs", "identity_service"],
    &["exec", "identity_service", "--", "echo", "said inside"],
    &["restart", "identity_service", "--yes"],
    &["backup", "postgres", "--yes", "--here", "dumps"],
    &["prune", "--yes"],
    &["deploy", "--yes"],
    &["plan"],
];

/// Lines that a profile prints before every command.
const PROFILES: [(&str, &str); 2] = [
    (
        "lines that look like answers, some on standard error, and one that has no end",
        "printf 'free\\nacquired\\nHTTP/1.1 200 OK\\r\\n\\r\\n'; echo hello >&2; printf hello",
    ),
    ("what is no text", "printf '\\000\\377\\n'"),
];

const SPEAK: &str = r#"
rc=/home/operator/.bashrc
[ -e "$rc.away" ] || cp -p "$rc" "$rc.away" 2>/dev/null || touch "$rc.away"
{ printf '%s\n' "$1"; cat "$rc.away"; } > "$rc"; chown operator: "$rc""#;
const QUIET: &str = "mv -f /home/operator/.bashrc.away /home/operator/.bashrc";

#[tokio::test]
async fn whatever_the_login_shell_prints_enters_no_answer() {
    let stage = Stage::deployed().await;
    let before = answers(&stage).await;
    for (what, line) in PROFILES {
        let spoken = stage.lab.root(SPEAK, &[line]).await.expect("the host answers");
        assert!(spoken.success(), "{}", spoken.stderr);
        let after = answers(&stage).await;
        stage.root(QUIET).await;
        same(what, &before, &after);
    }
}

/// A dump and a real change as well, but once.
#[tokio::test]
async fn a_deploy_through_a_login_shell_that_prints_brings_its_commit() {
    let stage = Stage::deployed().await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    let spoken = stage.lab.root(SPEAK, &[PROFILES[0].1]).await.expect("the host answers");
    let deploy = stage.hemma(&["deploy", "--yes"]).await;
    let back = stage.hemma(&["rollback", "--yes"]).await;
    let next = stage.hemma(&["deploy", "--yes"]).await;
    stage.root(QUIET).await;
    assert!(spoken.success(), "{}", spoken.stderr);
    deploy.exits(0).says("pass  service redis");
    back.exits(0);
    next.exits(0);
}

/// The host's own name does not resolve: each sudo prints that on standard error.
#[tokio::test]
async fn a_warning_of_every_sudo_is_a_warning() {
    let stage = Stage::deployed().await;
    stage.breaks(&["hostname", "nowhere"]).await;
    let warned = stage.operator("sudo -n true 2>&1").await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    let plan = stage.hemma(&["plan"]).await;
    let deploy = stage.hemma(&["deploy", "--yes"]).await;
    let status = stage.hemma(&["status"]).await;
    stage.mends().await;
    assert!(warned.contains("unable to resolve host"), "{warned}");
    plan.exits(4).says("~ pull");
    deploy.exits(0);
    status.exits(0).says("engine 20.10").says("5.6.1");
    for ran in [plan, deploy, status] {
        let said = ran.stdout.matches("unable to resolve").count()
            + ran.stderr.matches("unable to resolve").count();
        assert!(said <= 1, "{ran}");
    }
}

async fn answers(stage: &Stage) -> Vec<Ran> {
    let mut answers = Vec::new();
    for command in COMMANDS {
        answers.push(stage.hemma(command).await);
    }
    answers
}

/// The exit code and the problems; times and ages differ.
fn same(what: &str, before: &[Ran], after: &[Ran]) {
    let wrong = before.iter().zip(after).zip(COMMANDS).filter(|((before, after), _)| {
        before.exit != after.exit || before.problems() != after.problems()
    });
    let wrong: Vec<_> =
        wrong.map(|((_, after), command)| format!("{}\n{after}", command.join(" "))).collect();
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}
