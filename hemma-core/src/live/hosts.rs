//! The commands on hosts whose streams the caller has.

use std::sync::Arc;

use super::connection::Connection;
use super::{Duplex, Live, StreamError, Terminal};
use crate::{Command, ExecError, Host, Output};

impl Live {
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
        self.shared.connections.of(host).await
    }
}
