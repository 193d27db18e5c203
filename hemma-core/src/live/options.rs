//! The options for connections to hosts.

use std::path::PathBuf;
use std::time::Duration;

/// The options for connections to hosts. All other settings (user, key, agent, jump host, known
/// hosts) come from the operator's own ssh configuration.
#[derive(Debug, Clone)]
pub struct SshOptions {
    /// Another configuration file (`ssh -F`); `None` is the operator's usual one.
    pub config_file: Option<PathBuf>,
    /// The number of concurrent commands on one connection. sshd allows 10 sessions
    /// (`MaxSessions`), and one of them keeps the connection itself alive.
    pub sessions: usize,
    /// How long a handshake may take.
    pub patience: Duration,
    /// Whether a command will use the operator's terminal. The connection's ssh reads the terminal
    /// for it, which only a foreground process may; so ssh gets Ctrl-C as well.
    pub foreground: bool,
}

impl Default for SshOptions {
    fn default() -> Self {
        Self {
            config_file: None,
            sessions: 8,
            patience: Duration::from_secs(15),
            foreground: false,
        }
    }
}
