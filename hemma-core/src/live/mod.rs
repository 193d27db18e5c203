//! The outside: processes on this machine, and hosts over ssh.
//!
//! Invariant: nothing but this module and the ones below it starts a process.

mod connect_error;
mod drain;
mod job;
mod journal;
mod local;
mod remarks;
mod shelf;
mod signals;

// A program without ssh compiles none of these.
#[cfg(feature = "ssh")]
mod connection;
#[cfg(feature = "ssh")]
mod duplex;
#[cfg(feature = "ssh")]
mod hosts;
#[cfg(feature = "ssh")]
mod marks;
#[cfg(feature = "ssh")]
mod master;
#[cfg(not(feature = "ssh"))]
mod no_hosts;
#[cfg(feature = "ssh")]
mod pour;
#[cfg(feature = "ssh")]
mod remote_line;
#[cfg(feature = "ssh")]
mod session;
#[cfg(feature = "ssh")]
mod sieve;
#[cfg(feature = "ssh")]
mod socket_dir;
#[cfg(feature = "ssh")]
mod story;
#[cfg(feature = "ssh")]
mod stream;
#[cfg(feature = "ssh")]
mod word;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

pub use connect_error::ConnectError;
#[cfg(feature = "ssh")]
pub use duplex::{Duplex, End};
pub use journal::{Journal, JournalEntry, JournalEvent, Loss};
pub use local::Attended;
#[cfg(feature = "ssh")]
pub use master::{Echo, SshMaster};
pub use remarks::Remark;
#[cfg(feature = "ssh")]
pub use session::Terminal;
pub use shelf::Shelf;
#[cfg(feature = "ssh")]
pub use stream::StreamError;

use crate::{Command, ExecError, Guard, Host, Output, Place, Progress, sudo, without_credentials};
#[cfg(feature = "ssh")]
use hosts::Connections;
#[cfg(not(feature = "ssh"))]
use no_hosts::Connections;
use remarks::Remarks;

/// How to reach hosts. Everything else (user, key, agent, jump host, known hosts) is the
/// operator's own ssh configuration.
#[derive(Debug, Clone)]
pub struct SshOptions {
    /// Another configuration file (`ssh -F`); `None` is the operator's usual one.
    pub config_file: Option<PathBuf>,
    /// Commands at once on one connection. sshd allows 10 (`MaxSessions`), and one of them keeps
    /// the connection itself alive.
    pub sessions: usize,
    /// How long a handshake may take.
    pub patience: Duration,
    /// Whether a command will have the operator's terminal. It is the connection itself that reads
    /// it for them, which only the terminal's foreground may; so it gets their Ctrl-C as well.
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

/// The means to look and to change, for those who implement [`Question`](crate::Question) and
/// [`Change`](crate::Change).
///
/// One connection per host and run: the first question to a host makes it, all others share it.
/// A connection that was lost stays lost for this run, so that no half of a run is silently
/// answered by another connection.
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    /// Whether what is run through it belongs to a change.
    changing: bool,
}

struct Shared {
    options: SshOptions,
    connections: Connections,
    shelf: Shelf,
    journal: Journal,
    remarks: Remarks,
    guard: RwLock<Option<Guard>>,
    at_close: Mutex<Vec<AtClose>>,
}

/// What is done before the connections of a run end. It gets the time.
type AtClose = Box<dyn FnOnce(jiff::Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// How long everything together may take that is done before the connections end.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Live {
    /// Touches nothing yet.
    pub fn new(options: SshOptions) -> Self {
        let shared = Shared {
            options,
            connections: Connections::default(),
            shelf: Shelf::default(),
            journal: Journal::default(),
            remarks: Remarks::default(),
            guard: RwLock::default(),
            at_close: Mutex::default(),
        };
        Self { shared: Arc::new(shared), changing: false }
    }

    /// The same means for a change: what guards the changes of this run is checked with each
    /// command.
    pub(crate) fn changing(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), changing: true }
    }

    /// Guards each further change of this run.
    pub fn set_guard(&self, guard: Option<Guard>) {
        *self.shared.guard.write().unwrap_or_else(PoisonError::into_inner) = guard;
    }

    /// What guards a command on `host`, if this is for a change and there is a guard.
    pub fn guard(&self, host: &Host) -> Option<Guard> {
        let guard = self.shared.guard.read().unwrap_or_else(PoisonError::into_inner);
        guard.clone().filter(|it| self.changing && it.is_for(host))
    }

    /// Runs a command to its end, within its time limit.
    pub async fn run(&self, on: &Place, command: &Command) -> Result<Output, ExecError> {
        self.run_telling(on, command, &Progress::silent()).await
    }

    /// Runs a command and passes on each line, of both streams, as it comes.
    pub async fn run_telling(
        &self,
        on: &Place,
        command: &Command,
        progress: &Progress,
    ) -> Result<Output, ExecError> {
        if command.has_nul() {
            let reason = "an argument contains a NUL byte".to_owned();
            return Err(ExecError::Start { on: on.clone(), command: command.to_string(), reason });
        }
        let limit = command.time_limit();
        let progress = &without_credentials_in(progress);
        let running = async {
            match on {
                Place::Here => {
                    let output = local::run(command, progress).await?;
                    refused_by_sudo(command, &output).map_or(Ok(output), Err)
                }
                Place::On(host) => self.run_on(host, command, progress).await,
            }
        };
        let mut output = tokio::time::timeout(limit, running).await.map_err(|_| {
            let seconds = limit.as_secs();
            ExecError::TimedOut { on: on.clone(), command: command.to_string(), seconds }
        })??;
        output.stderr = without_credentials(&output.stderr);
        Ok(output)
    }

    /// Starts a command on this machine that outlives this process, with its output at the end
    /// of the file `log`. Gives its process id.
    pub fn detach(&self, command: &Command, log: &std::path::Path) -> Result<u32, ExecError> {
        local::detach(command, log)
    }

    /// Runs a command on this machine with the operator's terminal as its own, however long it
    /// takes: an editor, or a question whose answer is not echoed. What it writes to standard
    /// output is kept if `output` says so, and is on the terminal if not.
    pub async fn attend(&self, command: &Command, output: Attended) -> Result<Output, ExecError> {
        local::attend(command, output).await
    }

    pub(crate) async fn job(
        &self,
        command: &Command,
        log: &std::path::Path,
        told: &crate::Told,
    ) -> Result<crate::Ended, ExecError> {
        job::run(command, log, told).await
    }

    /// Where a leaf crate keeps a client of its own between questions.
    pub fn shelf(&self) -> &Shelf {
        &self.shared.shelf
    }

    /// Who is told of each change.
    pub fn journal(&self) -> &Journal {
        &self.shared.journal
    }

    /// What was noticed about the hosts on the way to their answers.
    pub fn remarks(&self) -> Vec<Remark> {
        self.shared.remarks.all()
    }

    pub(crate) fn handshakes(&self) -> usize {
        self.shared.connections.opened()
    }

    /// Does something before the connections of this run end, however the run came to its end: also
    /// when it was interrupted.
    pub fn at_close<F>(&self, work: impl FnOnce(jiff::Timestamp) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let work: AtClose = Box::new(|now| Box::pin(work(now)));
        self.shared.at_close.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }

    /// Ends every connection and waits until nothing of it is left.
    pub async fn close(&self) {
        self.close_at(jiff::Timestamp::now()).await;
    }

    /// The same where the time is known.
    pub(crate) async fn close_at(&self, now: jiff::Timestamp) {
        let work = {
            let mut work = self.shared.at_close.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *work)
        };
        let work = async {
            for it in work {
                it(now).await;
            }
        };
        // A link that is dead keeps the run from nothing.
        let _ = tokio::time::timeout(CLOSE_PATIENCE, work).await;
        self.shared.shelf.clear();
        self.shared.connections.close().await;
    }
}

/// sudo on this machine; of one on a host the marks tell whether it ran the command.
fn refused_by_sudo(command: &Command, output: &Output) -> Option<ExecError> {
    if !command.is_sudo() || output.exit != 1 {
        return None;
    }
    let stderr = sudo::refusal(&output.stderr)?.to_owned();
    let (on, command) = (Place::Here, command.to_string());
    Some(ExecError::Sudo { on, command, stderr, login: None })
}

/// Programs quote an address with the login that is in it. Standard error is words, and a line of
/// progress is only shown; neither is data.
fn without_credentials_in(progress: &Progress) -> Progress {
    let progress = progress.clone();
    Progress::new(move |line| progress.line(&without_credentials(line)))
}
