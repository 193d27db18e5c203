//! The engine's version.

use hemma_core::{Host, Live, Question};
use serde::{Deserialize, Serialize};

use super::{EngineError, USUAL_LIMIT, call};

/// Asks an engine for its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Where the engine is.
    pub host: Host,
}

/// An engine's version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionAnswer {
    /// The version of the engine, e.g. `27.5.1`.
    pub engine: String,
    /// The newest API version that it supports, e.g. `1.47`.
    pub api: String,
    /// The operating system and architecture, e.g. `linux/amd64`.
    pub platform: String,
}

impl Question for Version {
    const KIND: &'static str = "docker.version";
    type Answer = VersionAnswer;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<VersionAnswer, EngineError> {
        let seen =
            call(live, &self.host, USUAL_LIMIT, |docker| async move { docker.version().await })
                .await?;
        let unknown = || "unknown".to_owned();
        let os = seen.os.unwrap_or_else(unknown);
        let arch = seen.arch.unwrap_or_else(unknown);
        Ok(VersionAnswer {
            engine: seen.version.unwrap_or_else(unknown),
            api: seen.api_version.unwrap_or_else(unknown),
            platform: format!("{os}/{arch}"),
        })
    }
}
