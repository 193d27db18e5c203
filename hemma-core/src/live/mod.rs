//! The outside: processes on this machine, and hosts over ssh.
//!
//! Invariant: nothing but this module and the ones below it starts a process.

mod connect_error;
mod drain;
mod extensions;
mod job;
mod journal;
mod local;
mod options;
mod remarks;
mod signals;

// A program without the feature `ssh` compiles none of these.
#[cfg(feature = "ssh")]
mod connection;
#[cfg(feature = "ssh")]
mod connections;
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

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

pub use connect_error::ConnectError;
#[cfg(feature = "ssh")]
pub use duplex::{Duplex, End};
pub use extensions::Extensions;
pub use journal::{Journal, JournalEntry, JournalEvent, Loss};
pub use local::Attended;
#[cfg(feature = "ssh")]
pub use master::{Echo, SshMaster};
pub use options::SshOptions;
pub use remarks::Remark;
#[cfg(feature = "ssh")]
pub use session::Terminal;
#[cfg(feature = "ssh")]
pub use stream::StreamError;

use crate::{Command, ExecError, Guard, Host, Output, Place, Progress, sudo, without_credentials};
#[cfg(feature = "ssh")]
use connections::Connections;
#[cfg(not(feature = "ssh"))]
use no_hosts::Connections;
use remarks::Remarks;

/// The access to processes and hosts that implementations of [`Question`](crate::Question) and
/// [`Change`](crate::Change) use.
///
/// There is one connection per host and run: the first question about a host makes it, and all
/// others share it. A lost connection stays lost for this run, so that no part of a run is silently
/// answered over another connection.
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    /// Whether the commands belong to a change.
    changing: bool,
}

struct Shared {
    connections: Connections,
    extensions: Extensions,
    journal: Journal,
    remarks: Remarks,
    guard: RwLock<Option<Guard>>,
    at_close: Mutex<Vec<AtClose>>,
}

/// Work that is done before the connections of a run end. It gets the current time.
type AtClose = Box<dyn FnOnce(jiff::Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// The time limit for all work before the connections end.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Live {
    /// Makes a value without starting or connecting anything.
    pub fn new(options: SshOptions) -> Self {
        let remarks = Remarks::default();
        let shared = Shared {
            connections: Connections::new(options, remarks.clone()),
            extensions: Extensions::default(),
            journal: Journal::default(),
            remarks,
            guard: RwLock::default(),
            at_close: Mutex::default(),
        };
        Self { shared: Arc::new(shared), changing: false }
    }

    /// A copy for a change: the guard of this run's changes is checked with each command.
    pub(crate) fn changing(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), changing: true }
    }

    /// Sets the guard for each further change of this run.
    pub fn set_guard(&self, guard: Option<Guard>) {
        *self.shared.guard.write().unwrap_or_else(PoisonError::into_inner) = guard;
    }

    /// The guard of a command on `host`, if it belongs to a change and a guard is set.
    pub fn guard(&self, host: &Host) -> Option<Guard> {
        let guard = self.shared.guard.read().unwrap_or_else(PoisonError::into_inner);
        guard.clone().filter(|it| self.changing && it.is_for(host))
    }

    /// Asks the guard of this run's changes on `host`, without making a change. If it refuses,
    /// the error is [`ExecError::LockLost`].
    pub async fn ask_guard(&self, host: &Host) -> Result<(), ExecError> {
        let nothing = Command::new("true");
        self.changing().run(&Place::On(host.clone()), &nothing).await.map(drop)
    }

    /// Runs a command to its end, within its time limit.
    pub async fn run(&self, on: &Place, command: &Command) -> Result<Output, ExecError> {
        self.run_telling(on, command, &Progress::silent()).await
    }

    /// Runs a command and reports each line of both streams as it arrives.
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
                Place::On(host) => {
                    let guard = self.guard(host);
                    self.shared.connections.run(host, command, guard.as_ref(), progress).await
                }
            }
        };
        let mut output = tokio::time::timeout(limit, running).await.map_err(|_| {
            let seconds = limit.as_secs();
            ExecError::TimedOut { on: on.clone(), command: command.to_string(), seconds }
        })??;
        output.stderr = without_credentials(&output.stderr);
        Ok(output)
    }

    /// Starts a command on this machine that outlives this process. Its output is appended to the
    /// file `log`. Returns the process id.
    pub fn detach(&self, command: &Command, log: &std::path::Path) -> Result<u32, ExecError> {
        local::detach(command, log)
    }

    /// Runs a command on this machine with the operator's terminal, however long it takes: an
    /// editor, or a prompt whose answer is not echoed. `output` says whether its standard output is
    /// kept or shown on the terminal.
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

    /// The clients that leaf crates keep between questions.
    pub fn extensions(&self) -> &Extensions {
        &self.shared.extensions
    }

    /// The listeners for changes.
    pub fn journal(&self) -> &Journal {
        &self.shared.journal
    }

    /// Remarks about the hosts that were made while questions were answered.
    pub fn remarks(&self) -> Vec<Remark> {
        self.shared.remarks.all()
    }

    pub(crate) fn handshakes(&self) -> usize {
        self.shared.connections.opened()
    }

    /// Registers work that is done before the connections of this run end, also when the run was
    /// interrupted.
    pub fn at_close<F>(&self, work: impl FnOnce(jiff::Timestamp) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let work: AtClose = Box::new(|now| Box::pin(work(now)));
        self.shared.at_close.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }

    /// Ends every connection and waits until it is gone.
    pub async fn close(&self) {
        self.close_at(jiff::Timestamp::now()).await;
    }

    /// Ends every connection like [`Live::close`], with the current time given.
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
        // A dead link must not hold up the end of the run.
        let _ = tokio::time::timeout(CLOSE_PATIENCE, work).await;
        self.shared.extensions.clear();
        self.shared.connections.close().await;
    }
}

/// A refusal of sudo on this machine. On a host, the marks tell whether sudo ran the command.
fn refused_by_sudo(command: &Command, output: &Output) -> Option<ExecError> {
    if !command.is_sudo() || output.exit != 1 {
        return None;
    }
    let stderr = sudo::refusal(&output.stderr)?.to_owned();
    let (on, command) = (Place::Here, command.to_string());
    Some(ExecError::Sudo { on, command, stderr, login: None })
}

/// Hides credentials in progress lines: programs quote addresses with the login in them. A progress
/// line is only shown and never parsed, so hiding loses no data.
fn without_credentials_in(progress: &Progress) -> Progress {
    let progress = progress.clone();
    Progress::new(move |line| progress.line(&without_credentials(line)))
}
