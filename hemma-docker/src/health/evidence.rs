//! The evidence for a service that is not as expected.

use hemma_core::{Finding, Host, World, causes};

use super::{Expectation, subject};
use crate::ids;
use crate::{ContainerDetail, ContainerName, Inspect, LogLine, Logs, Probe, Remedy};

/// The number of log lines that leaves room for the rest on a screen.
const LOG_LINES: u32 = 20;

/// The finding for a service that failed, with what the engine and the service's log say about it.
pub(super) async fn failed(
    world: &World,
    host: &Host,
    expected: &Expectation,
    detail: &str,
    container: Option<&ContainerName>,
) -> Finding {
    let Some(container) = container else {
        let id = ids::SERVICE_WITHOUT_CONTAINER;
        let finding = Finding::fail(id, subject(expected), detail);
        return finding.remedy(Remedy::StartService(expected.service.clone()));
    };
    let finding = Finding::fail(ids::SERVICE_FAILED, subject(expected), detail);
    let finding = finding.remedy(Remedy::ShowLogs(expected.service.clone()));
    let inspect = Inspect { host: host.clone(), container: container.clone() };
    let logs =
        Logs { host: host.clone(), container: container.clone(), tail: LOG_LINES, since: None };
    let (seen, log) = tokio::join!(world.ask_again(&inspect), world.ask_again(&logs));
    // Missing details do not weaken the finding: the failure itself was seen.
    let seen = match seen {
        Ok(Some(seen)) => circumstances(&seen),
        Ok(None) => vec!["its container is gone".to_owned()],
        Err(error) => vec![format!("it could not be looked at: {}", causes(&error))],
    };
    let log = match log {
        Ok(log) => log_lines(&log.unwrap_or_default()),
        Err(error) => vec![format!("its log could not be read: {}", causes(&error))],
    };
    finding.evidence(seen).evidence(log)
}

fn circumstances(seen: &ContainerDetail) -> Vec<String> {
    let mut lines = Vec::new();
    if seen.oom_killed {
        lines.push("it was killed because it ran out of memory".to_owned());
    }
    if seen.exit_code != 0 {
        lines.push(format!("its exit code was {}", seen.exit_code));
    }
    if seen.restart_count > 0 {
        lines.push(format!("the engine has restarted it {} times", seen.restart_count));
    }
    if !seen.error.is_empty() {
        lines.push(format!("the engine says: {}", seen.error));
    }
    lines.extend(failed_checks(seen));
    lines
}

/// The failed health checks; a reason that repeats in a row is given once with its count.
fn failed_checks(seen: &ContainerDetail) -> Vec<String> {
    let probes = seen.health.iter().flat_map(|it| &it.probes).filter(|it| it.exit_code != 0);
    let probes: Vec<&Probe> = probes.collect();
    let alike = probes.chunk_by(|a, b| (a.exit_code, &a.output) == (b.exit_code, &b.output));
    let line = |same: &[&Probe]| {
        let Probe { exit_code, output, .. } = same[0];
        let output = if output.is_empty() { "(no output)" } else { output };
        let times = if same.len() == 1 { String::new() } else { format!(", {} times", same.len()) };
        format!("health check exited {exit_code}{times}: {output}")
    };
    alike.map(line).collect()
}

fn log_lines(log: &[LogLine]) -> Vec<String> {
    if log.is_empty() {
        return vec!["its log is empty".to_owned()];
    }
    log.iter().map(|it| format!("log: {}", it.text)).collect()
}
