//! The gate against scenes typed by hand: the engine's list, look after look.

mod story;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hemma_core::names::ProjectName;
use hemma_core::{ConnectError, ExecError, Progress, Report, Verdict};

use super::{Expectation, ExpectedState, gate, verify};
use crate::EngineError;
pub(super) use story::expectation;
pub(crate) use story::seen;
use story::{Story, host};

const HEALTHY: ExpectedState = ExpectedState::Healthy { patience: Duration::from_secs(10) };

/// Runs the gate and gives its findings and its progress as one text.
async fn told(story: Story, expected: &[Expectation]) -> (Report, String) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&lines);
    let progress = Progress::new(move |line| {
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    });
    let world = story.world();
    let project: ProjectName = "huleedu".parse().expect("a project");
    let report = gate(&world, &host(), &project, expected, &progress).await.report;
    let left = world.unplayed();
    assert!(left.is_empty(), "the gate did not look as often as the scene has it: {left:?}");
    let said = lines.lock().unwrap_or_else(PoisonError::into_inner).join("\n");
    (report, said)
}

fn shown(report: &Report) -> String {
    let lines = report.findings.iter().flat_map(|it| {
        let first = format!("{} {}: {}", it.verdict.mark(), it.subject, it.detail);
        std::iter::once(first).chain(it.evidence.iter().map(|it| format!("  {it}")))
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn check(story: Story, expected: &[Expectation], verdict: Verdict, findings: &str) -> String {
    let (report, said) = told(story, expected).await;
    assert_eq!(shown(&report), findings, "after\n{said}");
    assert_eq!(report.verdict(), verdict);
    said
}

#[tokio::test]
async fn all_kinds_come_up_and_stay() {
    let expected = [
        expectation("web", HEALTHY),
        expectation("worker", ExpectedState::Running),
        expectation("topics", ExpectedState::Completed),
    ];
    let ready =
        "web: Up 3 seconds (healthy); worker: Up 4 seconds; topics: Exited (0) 1 second ago";
    let story = Story::default()
        .look("web: Up 1 second (health: starting); worker: Up 2 seconds; topics: Up 1 second")
        .looks(2, ready)
        .inspected("worker", 0, 0)
        .inspected("worker", 0, 0)
        .inspected("worker", 0, 0)
        .checked("web", 2, 0)
        .inspected("topics", 0, 0);
    let said = check(
        story,
        &expected,
        Verdict::Pass,
        "pass service web: healthy, up 3 seconds\n\
         pass service worker: running, and not restarted\n\
         pass service topics: exited 0",
    )
    .await;
    assert_eq!(
        said,
        "healthy 1 of 3, waiting for web (starting), topics (running)\n\
         healthy 3 of 3\n\
         all good, watching for 5 s"
    );
}

#[tokio::test]
async fn a_health_check_that_fails_after_all_is_watched_to_its_end() {
    let (good, bad) = ("web: Up 9 seconds (healthy)", "web: Up 9 seconds (unhealthy)");
    let wavering =
        || Story::default().looks(2, good).checked("web", 2, 1).look(good).checked("web", 2, 2);
    let failed = wavering().look(bad).inspected("web", 0, 0).logged("web", "lost the database");
    let said = check(
        failed,
        &[expectation("web", HEALTHY)],
        Verdict::Fail,
        "FAIL service web: it was as expected, then unhealthy\n  log: lost the database",
    )
    .await;
    let waits = "waiting for web (failing its health check)";
    let expected = format!(
        "healthy 1 of 1\nall good, watching for 5 s\nhealthy 0 of 1, {waits}\n\
         healthy 0 of 1, failed web (unhealthy)"
    );
    assert_eq!(said, expected);
    let recovered = wavering().look(good).checked("web", 2, 0).look(good).checked("web", 2, 0);
    let pass = "pass service web: healthy, up 9 seconds";
    check(recovered, &[expectation("web", HEALTHY)], Verdict::Pass, pass).await;
}

#[tokio::test]
async fn one_health_check_is_not_enough_however_long_its_interval() {
    let good = "web: Up 20 seconds (healthy)";
    let once =
        || Story::default().looks(2, good).checked("web", 1, 0).look(good).checked("web", 1, 0);
    let said = check(
        once().look(good).checked("web", 2, 0),
        &[expectation("web", HEALTHY)],
        Verdict::Pass,
        "pass service web: healthy, up 20 seconds",
    )
    .await;
    assert_eq!(
        said,
        "healthy 1 of 1\nall good, watching for 5 s\n\
         healthy 0 of 1, waiting for web (healthy, its health check has to pass twice)\n\
         healthy 1 of 1"
    );
    let fails = once().look(good).checked("web", 1, 1);
    let bad = "web: Up 50 seconds (unhealthy)";
    check(
        fails.look(bad).inspected("web", 0, 0).logged("web", "lost the database"),
        &[expectation("web", HEALTHY)],
        Verdict::Fail,
        "FAIL service web: it was as expected, then unhealthy\n  log: lost the database",
    )
    .await;
    // The gate does not wait an hour for it.
    let seldom = (7..=60).fold(once(), |story, _| story.look(good).checked("web", 1, 0));
    let pass = "pass service web: healthy, up 20 seconds";
    check(seldom, &[expectation("web", HEALTHY)], Verdict::Pass, pass).await;
}

#[tokio::test]
async fn healthy_once_is_not_enough() {
    let story = Story::default()
        .look("web: Up 3 seconds (healthy)")
        .look("web: Up 8 seconds (unhealthy)")
        .inspected("web", 0, 0)
        .logged("web", "lost the database");
    check(
        story,
        &[expectation("web", HEALTHY)],
        Verdict::Fail,
        "FAIL service web: it was as expected, then unhealthy\n  log: lost the database",
    )
    .await;
}

#[tokio::test]
async fn an_unhealthy_service_fails_at_once_and_the_others_get_a_moment() {
    let expected = [expectation("web", HEALTHY), expectation("api", HEALTHY)];
    let story = Story::default()
        .looks(6, "web: Up 9 seconds (unhealthy); api: Up 1 second (health: starting)")
        .inspected("web", 0, 0)
        .logged("web", "boom");
    let said = check(
        story,
        &expected,
        Verdict::Fail,
        "FAIL service web: unhealthy\n  log: boom\n\
         ? service api: still starting when the gate ended",
    )
    .await;
    assert_eq!(said, "healthy 0 of 2, failed web (unhealthy), waiting for api (starting)");
}

#[tokio::test]
async fn a_one_shot_that_fails_is_named_with_its_exit_code_and_log() {
    let story = Story::default()
        .look("topics: Exited (3) 1 second ago")
        .inspected("topics", 0, 3)
        .logged("topics", "no broker");
    check(
        story,
        &[expectation("topics", ExpectedState::Completed)],
        Verdict::Fail,
        "FAIL service topics: exited 3\n  its exit code was 3\n  log: no broker",
    )
    .await;
}

#[tokio::test]
async fn a_crash_loop_between_lives_is_not_taken_for_running() {
    let story = Story::default()
        .look("worker: Up 1 second")
        .inspected("worker", 1, 0)
        .look("worker: Up 2 seconds")
        .inspected("worker", 3, 0)
        .look("worker: Up 1 second")
        .inspected("worker", 4, 0)
        .look("worker: Restarting (1) 2 seconds ago")
        .inspected("worker", 6, 1)
        .inspected("worker", 6, 1)
        .logged("worker", "ModuleNotFoundError");
    check(
        story,
        &[expectation("worker", ExpectedState::Running)],
        Verdict::Fail,
        "FAIL service worker: restarting, exited 1, 5 times since the gate began\n  \
         its exit code was 1\n  \
         the engine has restarted it 6 times\n  \
         log: ModuleNotFoundError",
    )
    .await;
}

#[tokio::test]
async fn a_service_that_stumbles_once_may_still_come_up() {
    let story = Story::default()
        .look("worker: Up 1 second")
        .inspected("worker", 0, 0)
        .look("worker: Up 1 second")
        .inspected("worker", 1, 0)
        .looks(2, "worker: Up 9 seconds")
        .inspected("worker", 1, 0)
        .inspected("worker", 1, 0);
    check(
        story,
        &[expectation("worker", ExpectedState::Running)],
        Verdict::Pass,
        "pass service worker: running, and not restarted",
    )
    .await;
}

#[tokio::test]
async fn patience_ends() {
    let story = Story::default()
        .looks(11, "web: Up 1 second (health: starting)")
        .inspected("web", 0, 0)
        .logged("web", "migrating");
    check(
        story,
        &[expectation("web", HEALTHY)],
        Verdict::Fail,
        "FAIL service web: still starting after 10 s\n  log: migrating",
    )
    .await;
}

#[tokio::test]
async fn a_missing_container_gets_a_moment_and_no_more() {
    let story = Story::default().looks(6, "other: Up 3 days");
    check(
        story,
        &[expectation("web", HEALTHY)],
        Verdict::Fail,
        "FAIL service web: it has no container",
    )
    .await;
}

#[tokio::test]
async fn a_lost_connection_is_never_a_failed_service() {
    let expected = [expectation("web", HEALTHY), expectation("api", HEALTHY)];
    let lost = EngineError::Lost { host: host(), said: "connection closed".to_owned() };
    let source = ExecError::Connect {
        host: host(),
        source: ConnectError::Refused { said: "Connection refused".to_owned() },
    };
    let story = Story::default()
        .look("web: Up 1 second (healthy); api: Up 1 second (health: starting)")
        .error(lost)
        .error(EngineError::Unreachable { host: host(), source });
    let said = check(
        story,
        &expected,
        Verdict::Unknown,
        "? services: could not reach the Docker engine on hemma: could not reach hemma: \
         the host refused the connection: Connection refused\n  \
         web: last seen good\n  \
         api: last seen starting",
    )
    .await;
    assert!(said.ends_with(
        "could not look, trying again: \
         the connection to the Docker engine on hemma was lost: connection closed"
    ));
}

#[tokio::test]
async fn an_engine_that_comes_back_is_asked_again() {
    let not_running = EngineError::NotRunning { host: host(), said: "Cannot connect".to_owned() };
    let story = Story::default().error(not_running).looks(2, "web: Up 3 seconds (healthy)");
    check(
        story.checked("web", 2, 0),
        &[expectation("web", HEALTHY)],
        Verdict::Pass,
        "pass service web: healthy, up 3 seconds",
    )
    .await;
}

#[tokio::test]
async fn a_connection_that_dies_while_all_is_good_leaves_it_unknown() {
    let command = "sudo -n docker system dial-stdio".to_owned();
    let source = ExecError::Lost { host: host(), command };
    let story = Story::default()
        .look("web: Up 3 seconds (healthy)")
        .error(EngineError::Unreachable { host: host(), source });
    check(
        story,
        &[expectation("web", HEALTHY)],
        Verdict::Unknown,
        "? services: could not reach the Docker engine on hemma: the connection to hemma was lost \
         while `sudo -n docker system dial-stdio` ran\n  \
         web: last seen good",
    )
    .await;
}

#[tokio::test]
async fn a_single_look_waits_for_nothing() {
    let expected = [
        expectation("web", HEALTHY),
        expectation("worker", ExpectedState::Running),
        expectation("gone", ExpectedState::Running),
    ];
    let world =
        Story::default().look("web: Up 1 second (health: starting); worker: Up 3 days").world();
    let report =
        verify(&world, &host(), &"huleedu".parse::<ProjectName>().expect("a project"), &expected)
            .await;
    assert_eq!(
        shown(&report),
        "? service web: still starting\n\
         pass service worker: running\n\
         FAIL service gone: it has no container"
    );
}
