//! What the grammar service says of itself.

use hemma_core::{Live, Question};
use serde::{Deserialize, Serialize};

use crate::health::{BODY_LIMIT, wire_of};
use crate::wire::Until;
use crate::{LookError, Retry, ServerUrl};

/// Asks the grammar service for its health, once.
///
/// The service starts Java on its first request, so the first look may take half a minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Healthz {
    /// Where it is.
    pub url: ServerUrl,
}

/// The answer of `GET /healthz`, whatever its status code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Who answers.
    #[serde(default)]
    pub service: String,
    /// `healthy`, `degraded` or `unhealthy`.
    pub status: String,
    /// The Java process.
    pub jvm: Jvm,
    /// What it depends on.
    pub dependencies: Dependencies,
}

/// The Java process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jvm {
    /// Whether there is one.
    pub running: bool,
    /// Its memory in use.
    #[serde(default)]
    pub heap_used_mb: Option<u64>,
}

/// What the service depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependencies {
    /// The checker.
    pub language_tool_wrapper: Wrapper,
}

/// The checker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapper {
    /// Whether it is the real one.
    pub implementation: Implementation,
    /// How it is.
    #[serde(default)]
    pub status: String,
    /// What Java said before it died.
    #[serde(default)]
    pub recent_output: Option<RecentOutput>,
}

/// Which checker is behind the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Implementation {
    /// The real one.
    Production,
    /// One that finds nothing, which is put in when the real one is missing.
    Stub,
    /// Something else.
    #[serde(untagged)]
    Other(String),
}

/// The last lines of the Java process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecentOutput {
    /// To its standard output.
    pub stdout: Vec<String>,
    /// To its standard error.
    pub stderr: Vec<String>,
}

impl Question for Healthz {
    const KIND: &'static str = "language-tool.health";
    type Answer = Health;
    type Error = LookError;

    async fn ask(&self, live: &Live) -> Result<Health, LookError> {
        let until = Until::within(Retry::default().deadline);
        let answer = wire_of(live).get(&self.url, "/healthz", until).await?;
        // An unhealthy service answers 503 with the same body, which says more than the number.
        let mut answer = if answer.status() == 503 { answer } else { answer.good().await? };
        Ok(answer.json(BODY_LIMIT).await?)
    }
}
