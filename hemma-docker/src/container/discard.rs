//! Removing a container that never ran.

use bollard::query_parameters::RemoveContainerOptions;
use hemma_core::{Cancel, Change, Host, Live, Progress};
use serde::{Deserialize, Serialize};

use super::ContainerName;
use crate::engine::{EngineError, USUAL_LIMIT, call};

/// Removes a container that was created and not started; its volumes stay. The engine refuses to
/// remove a running one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Discard {
    /// Where the engine is.
    pub host: Host,
    /// The container.
    pub container: ContainerName,
}

/// The container was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discarded {}

impl Change for Discard {
    const KIND: &'static str = "docker.container-discard";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = Discarded;
    type Error = EngineError;

    fn describe(&self) -> String {
        format!("remove container {} on {}, which never ran", self.container, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<Discarded, EngineError> {
        let container = self.container.as_str();
        call(live, &self.host, USUAL_LIMIT, |docker| async move {
            docker.remove_container(container, None::<RemoveContainerOptions>).await
        })
        .await?;
        Ok(Discarded {})
    }
}
