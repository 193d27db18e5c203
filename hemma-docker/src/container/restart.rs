//! Restarting a container without changing it.

use std::time::Duration;

use bollard::query_parameters::RestartContainerOptionsBuilder;
use hemma_core::{Cancel, Change, Host, Live, Progress};
use serde::{Deserialize, Serialize};

use super::ContainerName;
use crate::engine::{EngineError, USUAL_LIMIT, call};

/// Restarts a container. It keeps its configuration and image, even if they have changed in the
/// files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restart {
    /// Where the engine is.
    pub host: Host,
    /// The container.
    pub container: ContainerName,
    /// The seconds that the container has to exit by itself before it is killed.
    pub grace_seconds: u16,
}

/// The container was restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restarted {}

impl Change for Restart {
    const KIND: &'static str = "docker.container-restart";
    // Between the stop and the start there is a moment in which nothing would start it again.
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = Restarted;
    type Error = EngineError;

    fn describe(&self) -> String {
        format!("restart container {} on {}", self.container, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<Restarted, EngineError> {
        let limit = USUAL_LIMIT + Duration::from_secs(self.grace_seconds.into());
        let (container, grace) = (self.container.as_str(), i32::from(self.grace_seconds));
        call(live, &self.host, limit, |docker| async move {
            let options = RestartContainerOptionsBuilder::new().t(grace).build();
            docker.restart_container(container, Some(options)).await
        })
        .await?;
        Ok(Restarted {})
    }
}
