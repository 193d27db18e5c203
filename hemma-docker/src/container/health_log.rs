//! A container's health check: its state and the output of its last runs.

use bollard::models::{Health as SeenHealth, HealthStatusEnum, HealthcheckResult};
use hemma_core::text::plain;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Health;
use super::convert::{count, moment};

/// The number of runs that are kept. The engine keeps five; the older ones say nothing about now.
const PROBES_MAX: usize = 3;

/// The longest output that is kept: longer output is a page, not a reason.
const OUTPUT_CHARS_MAX: usize = 300;

/// A health check and its last outputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthLog {
    /// The state of the health check.
    pub status: Health,
    /// Failures in a row.
    pub failing_streak: u32,
    /// The last runs, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probe>,
}

/// One run of a health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The time at which the run began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The exit code: 0 is healthy, -1 is a timeout.
    pub exit_code: i64,
    /// The end of the output, in one line and without a progress meter.
    pub output: String,
}

pub(super) fn read(seen: SeenHealth) -> Option<HealthLog> {
    let status = match seen.status? {
        HealthStatusEnum::STARTING => Health::Starting,
        HealthStatusEnum::HEALTHY => Health::Healthy,
        HealthStatusEnum::UNHEALTHY => Health::Unhealthy,
        HealthStatusEnum::NONE | HealthStatusEnum::EMPTY => return None,
    };
    let log = seen.log.unwrap_or_default();
    let last = log.len().saturating_sub(PROBES_MAX);
    let probes = log.into_iter().skip(last).map(probe).collect();
    Some(HealthLog { status, failing_streak: count(seen.failing_streak), probes })
}

fn probe(seen: HealthcheckResult) -> Probe {
    Probe {
        at: moment(seen.start.as_deref()),
        exit_code: seen.exit_code.unwrap_or_default(),
        output: reason(&seen.output.unwrap_or_default()),
    }
}

/// The last lines that a terminal would show: a line that begins with `\r` has replaced the one
/// before. Most health checks are a `curl` that draws its progress meter into a log, in front of
/// the one line that says why it failed; other programs, too, print the reason last.
fn reason(output: &str) -> String {
    let shown = output.lines().map(|it| it.rsplit('\r').next().unwrap_or_default().trim());
    let lines: Vec<&str> = shown.filter(|it| !it.is_empty() && !is_meter(it)).collect();
    let text = plain(&lines.join(" "), usize::MAX);
    match text.char_indices().nth_back(OUTPUT_CHARS_MAX - 1) {
        Some((at, _)) if at > 0 => format!("…{}", &text[at..]),
        _ => text,
    }
}

/// Whether a line is of curl's progress meter: its two head lines, and that of the numbers.
fn is_meter(line: &str) -> bool {
    let numbers = || line.chars().all(|it| it.is_ascii_digit() || " .:-kMG".contains(it));
    line.starts_with("% Total ")
        || line.starts_with("Dload ")
        || (line.contains("--:--:--") && numbers())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output as the engine keeps it.
    const CURL: &str = "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r  0   235    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\ncurl: (22) The requested URL returned error: 503\n";

    #[test]
    fn the_reason_is_what_is_left_at_the_end() {
        let long = format!("{}the end", "x".repeat(400));
        let kept = format!("…{}the end", "x".repeat(293));
        let rows = [
            ("", ""),
            (CURL, "curl: (22) The requested URL returned error: 503"),
            ("Health check exceeded timeout (5s)", "Health check exceeded timeout (5s)"),
            ("10%\r50%\rlost", "lost"),
            ("one\n\n  two\n", "one two"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            (long.as_str(), kept.as_str()),
        ];
        for (output, expected) in rows {
            assert_eq!(reason(output), expected, "{output:?}");
        }
    }
}
