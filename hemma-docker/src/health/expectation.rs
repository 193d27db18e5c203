//! What is expected of services, and what a gate says of them.

use std::time::Duration;

use hemma_core::{Finding, Report};

use crate::engine::EngineError;
use crate::ids;

/// The time that everything has to stay good, and that a failure waits for the other services.
pub(super) const SETTLE: Duration = Duration::from_secs(5);

/// How long a container without a health check may be started again and again.
const RUNNING_PATIENCE: Duration = Duration::from_secs(60);

/// The time that a one-shot may take. Those that others wait for have ended before the gate begins.
const COMPLETED_PATIENCE: Duration = Duration::from_secs(120);

/// The state that one service of a project should reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The compose service.
    pub service: String,
    /// The container's fixed name, if the compose file gives it one.
    pub container: Option<String>,
    /// The state that the service should reach.
    pub state: ExpectedState,
}

/// The state that a service should reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedState {
    /// The health check passes.
    Healthy {
        /// The time that it may take by the numbers of the compose file.
        patience: Duration,
    },
    /// The service has no health check: it runs and is not restarted again and again.
    Running,
    /// The service does its work once and exits with 0.
    Completed,
    /// The service runs, or has exited with 0: its compose file does not say which is meant.
    RunningOrCompleted,
}

impl ExpectedState {
    pub(super) fn patience(self) -> Duration {
        match self {
            Self::Healthy { patience } => patience,
            Self::Running | Self::RunningOrCompleted => RUNNING_PATIENCE,
            Self::Completed => COMPLETED_PATIENCE,
        }
    }
}

/// The result of a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gated {
    /// One finding for each service.
    pub report: Report,
    /// The services that are not as expected.
    pub failed: Vec<String>,
}

pub(super) fn subject(expected: &Expectation) -> String {
    format!("service {}", expected.service)
}

/// One finding for the common cause, and not one for each service.
pub(super) fn unseen(error: &EngineError) -> Finding {
    Finding::of_error(ids::SERVICE_UNSEEN, "services", error)
}
