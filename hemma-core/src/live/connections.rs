//! The connections of a run: one for each host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::connection::Connection;
use super::remarks::Remarks;
use super::{ConnectError, SshOptions};
use crate::{Command, ExecError, Guard, Host, Output, Progress};

type Attempt = Arc<OnceCell<Result<Arc<Connection>, ConnectError>>>;

/// One connection per host that was used. A failed one stays failed.
pub(super) struct Connections {
    options: SshOptions,
    remarks: Remarks,
    attempts: Mutex<HashMap<Host, Attempt>>,
}

impl Connections {
    pub(super) fn new(options: SshOptions, remarks: Remarks) -> Self {
        Self { options, remarks, attempts: Mutex::default() }
    }

    pub(super) async fn run(
        &self,
        host: &Host,
        command: &Command,
        guard: Option<&Guard>,
        progress: &Progress,
    ) -> Result<Output, ExecError> {
        self.of(host).await?.run(command, guard, progress).await
    }

    /// The connection to a host, which is made if there was no attempt yet.
    pub(super) async fn of(&self, host: &Host) -> Result<Arc<Connection>, ExecError> {
        let attempt = {
            let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(attempts.entry(host.clone()).or_default())
        };
        let opened = attempt
            .get_or_init(async || {
                let opened = Connection::open(host, &self.options, self.remarks.clone()).await;
                opened.map(Arc::new)
            })
            .await;
        opened.clone().map_err(|source| ExecError::Connect { host: host.clone(), source })
    }

    /// The number of connections made.
    pub(super) fn opened(&self) -> usize {
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.values().filter(|it| matches!(it.get(), Some(Ok(_)))).count()
    }

    pub(super) async fn close(&self) {
        let attempts: Vec<Attempt> = {
            let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
            attempts.drain().map(|(_, attempt)| attempt).collect()
        };
        for attempt in attempts {
            if let Some(Ok(connection)) = attempt.get() {
                connection.close().await;
            }
        }
    }
}
