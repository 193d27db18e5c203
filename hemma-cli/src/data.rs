//! What stands in `data` of a document, for the commands that have something else to say than
//! findings.

use hemma_deploy::env_file::Difference;
use hemma_deploy::lock::{Outcome, PastOutcome, PastRun, PastStep};
use hemma_docker::{ContainerName, LogLine};
use schemars::JsonSchema;
use serde::Serialize;

/// What was done on the host.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct HistoryData {
    /// Each command, the newest last.
    runs: Vec<RunData>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RunData {
    /// When it began, or the first that is known of it.
    #[schemars(with = "String", extend("format" = "date-time"))]
    at: jiff::Timestamp,
    who: String,
    /// From which machine.
    from: String,
    /// What was typed.
    doing: String,
    /// When it ended, if that was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<jiff::Timestamp>,
    /// How it ended, e.g. `done`, `failed`, `taken-back`; `cut` where that was not written down,
    /// and `running` where it is at work still.
    #[schemars(with = "String")]
    outcome: PastOutcome,
    /// Its changes, in order.
    steps: Vec<PastData>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PastData {
    what: String,
    outcome: OutcomeData,
    /// How long it took, if its beginning is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// How a change ended.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OutcomeData {
    /// It was made.
    Done,
    /// It was not, or not whole.
    Failed,
    /// Its end was not written down.
    Open,
}

impl HistoryData {
    pub(crate) fn new(runs: &[PastRun]) -> Self {
        let run = |it: &PastRun| RunData {
            at: it.at,
            who: it.who.clone(),
            from: it.from.clone(),
            doing: it.doing.clone(),
            until: it.until,
            outcome: it.outcome,
            steps: it.steps.iter().map(PastData::new).collect(),
        };
        Self { runs: runs.iter().map(run).collect() }
    }
}

impl PastData {
    fn new(step: &PastStep) -> Self {
        let (outcome, took, why) = match &step.outcome {
            Outcome::Done { took } => (OutcomeData::Done, *took, None),
            Outcome::Failed { why } => (OutcomeData::Failed, None, Some(why.clone())),
            Outcome::Open => (OutcomeData::Open, None, None),
        };
        let took_ms = took.and_then(|it| u64::try_from(it.as_millis()).ok());
        Self { what: step.what.clone(), outcome, took_ms, why }
    }
}

/// What services write.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LogsData {
    /// Each line, in the order in which they were written. With `--follow` each is an object on a
    /// line of its own instead, and the document is the last line.
    pub lines: Vec<LogData>,
}

/// A line that a service wrote.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LogData {
    /// The service, as it was asked for.
    service: String,
    /// Its container.
    container: String,
    /// When the engine got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    at: Option<jiff::Timestamp>,
    /// `stdout` or `stderr`.
    #[schemars(with = "String")]
    stream: hemma_docker::Stream,
    text: String,
}

impl LogData {
    pub(crate) fn new(service: &str, container: &ContainerName, line: LogLine) -> Self {
        let LogLine { at, stream, text } = line;
        Self { service: service.to_owned(), container: container.to_string(), at, stream, text }
    }
}

/// The settings.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ConfigData {
    /// All that are in force, the defaults included, as hemma.toml has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    pub config: Option<serde_json::Value>,
    /// With `--schema`: the JSON schema of hemma.toml.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    pub schema: Option<serde_json::Value>,
}

/// By which keys the host's `.env` and an example differ.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DiffData {
    /// Keys of the example that the host lacks.
    lacks: Vec<String>,
    /// Keys of the host that the example lacks.
    beyond: Vec<String>,
}

impl From<&Difference> for DiffData {
    fn from(it: &Difference) -> Self {
        Self { lacks: it.removed.clone(), beyond: it.added.clone() }
    }
}

/// What happened to the tunnel.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TunnelLogsData {
    /// The end of its log.
    pub lines: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_log_has_its_service_time_and_stream() {
        let line: LogLine = serde_json::from_value(serde_json::json!({
            "at": "2026-11-30T10:00:00Z", "stream": "stderr", "text": "no",
        }))
        .expect("a line");
        let container = "huleedu_redis".parse().expect("a name");
        let expected = serde_json::json!({
            "service": "redis", "container": "huleedu_redis", "at": "2026-11-30T10:00:00Z",
            "stream": "stderr", "text": "no",
        });
        let data = LogData::new("redis", &container, line);
        assert_eq!(serde_json::to_value(data).expect("plain values"), expected);
    }
}
