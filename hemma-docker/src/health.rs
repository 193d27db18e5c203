//! Whether what should run does, and stays so.

use std::time::Duration;

use hemma_core::config::ProjectName;
use hemma_core::{Host, Progress, Report, World};

/// What one service of a project should come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The compose service.
    pub service: String,
    /// The container's fixed name, if the compose file gives it one.
    pub container: Option<String>,
    /// The state that it should come to.
    pub state: ExpectedState,
}

/// The state that a service should come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedState {
    /// Its own health check passes.
    Healthy {
        /// How long that may take by the compose file's own numbers.
        patience: Duration,
    },
    /// It has no health check: it runs and is not started again and again.
    Running,
    /// It does its work once and exits with 0.
    Completed,
}

/// Waits until every service is as expected or is known not to become so.
pub async fn gate(
    _world: &World,
    _host: &Host,
    _project: &ProjectName,
    _expected: &[Expectation],
    _progress: &Progress,
) -> Report {
    std::future::ready(Report::default()).await
}

/// Whether every service is as expected, once.
pub async fn verify(
    _world: &World,
    _host: &Host,
    _project: &ProjectName,
    _expected: &[Expectation],
) -> Report {
    std::future::ready(Report::default()).await
}
