//! The volumes on a host.

use bollard::query_parameters::ListVolumesOptions;
use hemma_core::{Host, Live, Question};
use serde::{Deserialize, Serialize};

use crate::engine::{EngineError, USUAL_LIMIT, call};

/// Asks for all volumes on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Volumes {
    /// Where the engine is.
    pub host: Host,
}

/// One volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// The volume's name.
    pub name: String,
    /// The compose project that the volume was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The volume's name in the compose files of that project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Question for Volumes {
    const KIND: &'static str = "docker.volumes";
    type Answer = Vec<Volume>;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<Vec<Volume>, EngineError> {
        let list = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            docker.list_volumes(None::<ListVolumesOptions>).await
        });
        let volume = |seen: bollard::models::Volume| {
            let label = |key: &str| seen.labels.get(&format!("com.docker.compose.{key}")).cloned();
            Volume { project: label("project"), key: label("volume"), name: seen.name }
        };
        let seen = list.await?.volumes.unwrap_or_default();
        let mut seen: Vec<Volume> = seen.into_iter().map(volume).collect();
        seen.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(seen)
    }
}
