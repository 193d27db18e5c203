//! Noticing that another operator released this run's lock while the run only waits.

use hemma_core::{ExecError, Host, Live, NotRecorded, Question};
use serde::{Deserialize, Serialize};

use super::holding::Holding;

/// Why does this run no longer hold its lock? The answer comes when the process that holds it on
/// the host has ended.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WaitUntilLost {
    /// The host.
    pub(crate) host: Host,
}

/// Why the loss of a lock cannot be noticed, or cannot be explained.
#[derive(Debug, Clone, Serialize, Deserialize, thiserror::Error)]
pub(crate) enum WaitError {
    /// The process has ended, and its cause could not be looked up.
    #[error(transparent)]
    Ask(#[from] ExecError),
    /// The process has ended, and the host says that the lock is still this run's.
    #[error("the lock on {0} is still held")]
    Held(Host),
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Question for WaitUntilLost {
    const KIND: &'static str = "lock.lost";
    type Answer = String;
    type Error = WaitError;

    async fn ask(&self, live: &Live) -> Result<String, WaitError> {
        match live.extensions().get::<Holding>() {
            Some(holding) => holding.has_ended().await,
            // A run without the lock cannot lose it.
            None => std::future::pending().await,
        }
        match live.ask_guard(&self.host).await {
            Err(ExecError::LockLost { said, .. }) => Ok(said),
            Err(error) => Err(error.into()),
            Ok(()) => Err(WaitError::Held(self.host.clone())),
        }
    }
}
