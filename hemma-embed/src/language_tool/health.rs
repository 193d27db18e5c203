//! The health that the grammar service reports.

use hemma_core::{Live, Question};
use serde::{Deserialize, Serialize};

use crate::health::{BODY_LIMIT, wire_of};
use crate::wire::Until;
use crate::{LookError, Retry, ServerUrl};

/// A question for the health of the grammar service, asked once.
///
/// The service starts Java on its first request, so the first look may take half a minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Healthz {
    /// The address of the service.
    pub url: ServerUrl,
}

/// The body of `GET /healthz` with status 200 or 503.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The name of the service that answers.
    #[serde(default)]
    pub service: String,
    /// `healthy`, `degraded` or `unhealthy`.
    pub status: String,
    /// The Java process.
    pub jvm: Jvm,
    /// The dependencies of the service.
    pub dependencies: Dependencies,
}

/// The Java process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jvm {
    /// Whether it is running.
    pub running: bool,
    /// Its memory in use, in megabytes.
    #[serde(default)]
    pub heap_used_mb: Option<u64>,
}

/// The dependencies of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependencies {
    /// The checker.
    pub language_tool_wrapper: Wrapper,
}

/// The checker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapper {
    /// The implementation of the checker.
    pub implementation: Implementation,
    /// The status of the checker.
    #[serde(default)]
    pub status: String,
    /// The output of Java before it died.
    #[serde(default)]
    pub recent_output: Option<RecentOutput>,
}

/// The checker behind the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Implementation {
    /// The real checker.
    Production,
    /// A stub that finds nothing, which is used if the real checker is missing.
    Stub,
    /// Another implementation.
    #[serde(untagged)]
    Other(String),
}

/// The last lines of the Java process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecentOutput {
    /// Lines of its standard output.
    pub stdout: Vec<String>,
    /// Lines of its standard error.
    pub stderr: Vec<String>,
}

impl Question for Healthz {
    const KIND: &'static str = "language-tool.health";
    type Answer = Health;
    type Error = LookError;

    async fn ask(&self, live: &Live) -> Result<Health, LookError> {
        let until = Until::within(Retry::default().deadline);
        let answer = wire_of(live).get(&self.url, "/healthz", until).await?;
        // An unhealthy service answers 503 with the same body, which says more than the status
        // code.
        let mut answer = if answer.status() == 503 { answer } else { answer.good().await? };
        Ok(answer.json(BODY_LIMIT).await?)
    }
}
