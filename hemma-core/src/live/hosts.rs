//! The connections of a run, and the commands that use them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::connection::Connection;
use super::{ConnectError, Duplex, Live, Shared, StreamError, Terminal};
use crate::{Command, ExecError, Host, Output, Progress};

type Attempt = Arc<OnceCell<Result<Arc<Connection>, ConnectError>>>;

/// One connection per host that was used. A failed one stays failed.
#[derive(Default)]
pub(super) struct Connections(Mutex<HashMap<Host, Attempt>>);

impl Connections {
    /// The number of connections made.
    pub(super) fn opened(&self) -> usize {
        let attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.values().filter(|it| matches!(it.get(), Some(Ok(_)))).count()
    }

    pub(super) async fn close(&self) {
        let attempts: Vec<Attempt> = {
            let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            attempts.drain().map(|(_, attempt)| attempt).collect()
        };
        for attempt in attempts {
            if let Some(Ok(connection)) = attempt.get() {
                connection.close().await;
            }
        }
    }
}

impl Live {
    pub(super) async fn run_on(
        &self,
        host: &Host,
        command: &Command,
        progress: &Progress,
    ) -> Result<Output, ExecError> {
        let guard = self.guard(host);
        self.connection(host).await?.run(command, guard.as_ref(), progress).await
    }

    /// Starts a command on a host and hands over its standard input and output as one stream.
    pub async fn duplex(&self, host: &Host, command: &Command) -> Result<Duplex, ExecError> {
        self.connection(host).await?.duplex(command, self.guard(host).as_ref()).await
    }

    /// Runs a command on a host and passes each piece of its standard output to `take`, which sets
    /// the pace. Only the standard error and the exit code are kept.
    ///
    /// The command may run for any time, but not be silent for longer than its limit. It reads
    /// nothing, and is ended when the returned future is dropped.
    pub async fn stream(
        &self,
        host: &Host,
        command: &Command,
        take: impl FnMut(&[u8]) -> std::io::Result<()> + Send,
    ) -> Result<Output, StreamError> {
        let guard = self.guard(host);
        self.connection(host).await?.stream(command, guard.as_ref(), take).await
    }

    /// Runs a command on a host with the operator's own streams, however long it takes, and with a
    /// terminal of its own if `terminal` says so. The connection needs
    /// [`SshOptions::foreground`](super::SshOptions::foreground).
    pub async fn session(
        &self,
        host: &Host,
        command: &Command,
        terminal: Terminal,
    ) -> Result<crate::Ended, ExecError> {
        self.connection(host).await?.attended(command, terminal).await
    }

    async fn connection(&self, host: &Host) -> Result<Arc<Connection>, ExecError> {
        let attempt = {
            let Connections(attempts) = &self.shared.connections;
            let mut attempts = attempts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(attempts.entry(host.clone()).or_default())
        };
        let opened = attempt
            .get_or_init(async || {
                let Shared { options, remarks, .. } = &*self.shared;
                Connection::open(host, options, remarks.clone()).await.map(Arc::new)
            })
            .await;
        opened.clone().map_err(|source| ExecError::Connect { host: host.clone(), source })
    }
}
