//! Any number of forwards over one ssh connection, which is replaced when it fails.

mod board;
mod keeper;
mod port;
mod watcher;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hemma_core::{Host, Live, SshOptions};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::clock::{Clock, SystemClock};
use crate::forward::{self, Forward, ForwardName};
use crate::link::Link;
use crate::outlook;
use crate::pump::Traffic;
use crate::state::{Snapshot, State};
use board::Board;
use keeper::Keeper;
use port::Shared;

/// The time limit of a fresh look, since its caller waits.
const LOOK_PATIENCE: Duration = Duration::from_millis(1500);

/// The options of a tunnel.
#[derive(Debug, Clone)]
pub struct Options {
    /// The options of the ssh connection. `patience` limits one attempt: a short one reconnects
    /// sooner after an outage, a long one suits a slow line.
    pub ssh: SshOptions,
    /// The clocks; [`SystemClock`] outside of tests.
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        let ssh = SshOptions { patience: Duration::from_secs(5), ..SshOptions::default() };
        Self { ssh, clock: Arc::new(SystemClock::default()) }
    }
}

/// Keeps forwards open until it is stopped or dropped.
///
/// A forward that fails does not affect the others, and a host that is away is waited for without a
/// limit. [`Supervisor::subscribe`] gives the current state.
#[derive(Debug)]
pub struct Supervisor {
    board: Arc<Board>,
    current: watch::Sender<Option<Arc<Link>>>,
    retry: watch::Sender<u64>,
    open: Mutex<Vec<Open>>,
    live: Arc<Live>,
    /// The keeper of the link, and the watcher for sleep and changes of network.
    tasks: [Task; 2],
}

/// A task that ends when its owner is dropped.
#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Task {
    /// Ends the task, and waits until it has ended.
    async fn end(&mut self) {
        self.0.abort();
        // The task was aborted or had ended; the runtime has reported a panic in it.
        let _ = (&mut self.0).await;
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Debug)]
struct Open {
    shared: Arc<Shared>,
    port: Task,
    watcher: Task,
}

impl Supervisor {
    /// Starts to connect. It must be called within a tokio runtime.
    pub fn start(host: Host, options: Options) -> Self {
        let Options { ssh, clock } = options;
        let board = Arc::new(Board::new(host.clone(), Arc::clone(&clock)));
        let (current, retry) = (watch::Sender::new(None), watch::Sender::new(0));
        let (stir, stirred) = watch::channel(0);
        let live = Arc::new(Live::new(ssh.clone()));
        let keeper = Keeper {
            host,
            options: ssh,
            board: Arc::clone(&board),
            current: current.clone(),
            stirred,
            retry: retry.subscribe(),
        };
        let tasks =
            [Task(tokio::spawn(keeper.keep())), Task(tokio::spawn(outlook::watch(clock, stir)))];
        Self { board, current, retry, open: Mutex::default(), live, tasks }
    }

    /// Opens one more forward. It is bound and probed in the background: watch its state.
    pub fn add(&self, forward: Forward) -> Result<(), forward::Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        forward::check_beside(&forward, open.iter().map(|it| &it.shared.forward))?;
        self.board.add(&forward);
        let shared = Arc::new(Shared {
            forward,
            board: Arc::clone(&self.board),
            current: self.current.subscribe(),
            traffic: Traffic::default(),
            connections: watch::Sender::new(0),
            doubt: Notify::new(),
            closing: watch::Sender::new(false),
        });
        let port = Task(tokio::spawn(port::serve(Arc::clone(&shared), Arc::clone(&self.live))));
        let watcher = Task(tokio::spawn(watcher::watch(Arc::clone(&shared))));
        open.push(Open { shared, port, watcher });
        Ok(())
    }

    /// Closes one forward: new connections are refused, and open ones have `drain` to finish.
    /// Returns whether the forward existed.
    pub async fn remove(&self, name: &ForwardName, drain: Duration) -> bool {
        let found = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let at = open.iter().position(|it| it.shared.forward.name() == name);
            at.map(|at| open.remove(at))
        };
        let Some(found) = found else { return false };
        found.close(drain).await;
        self.board.remove(name);
        true
    }

    /// The last known state.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = self.board.snapshot();
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for Open { shared, .. } in open.iter() {
            let name = shared.forward.name();
            if let Some(status) = snapshot.forwards.iter_mut().find(|it| it.name == *name) {
                status.connections = *shared.connections.borrow();
                status.bytes_sent = shared.traffic.sent();
                status.bytes_received = shared.traffic.received();
            }
        }
        snapshot
    }

    /// The current state: asks every service that can be reached.
    pub async fn look(&self) -> Snapshot {
        let link = self.current.borrow().clone();
        if let Some(link) = link {
            let shared: Vec<Arc<Shared>> = {
                let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                open.iter().map(|it| Arc::clone(&it.shared)).collect()
            };
            let mut looks = tokio::task::JoinSet::new();
            for shared in shared {
                let link = Arc::clone(&link);
                looks.spawn(async move {
                    watcher::look(&shared, &link, LOOK_PATIENCE).await;
                });
            }
            looks.join_all().await;
        }
        self.snapshot()
    }

    /// Subscribes to state changes. The counters are those of the last change.
    pub fn subscribe(&self) -> watch::Receiver<Snapshot> {
        self.board.subscribe()
    }

    /// Tries again now, also after a fatal failure, and restarts the count of the outage's
    /// attempts.
    pub fn retry(&self) {
        self.board.asked();
        self.retry.send_modify(|it| *it += 1);
    }

    /// Closes everything: new connections are refused, open ones have `drain` to finish, and then
    /// the connection is closed. No listener and no process is left.
    pub async fn stop(mut self, drain: Duration) {
        let open = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *open)
        };
        let mut closing = tokio::task::JoinSet::new();
        for it in open {
            closing.spawn(it.close(drain));
        }
        closing.join_all().await;
        for task in &mut self.tasks {
            task.end().await;
        }
        let link = self.current.send_replace(None);
        if let Some(link) = link {
            link.end().await;
        }
    }
}

impl Open {
    async fn close(mut self, drain: Duration) {
        self.shared.closing.send_replace(true);
        if tokio::time::timeout(drain, &mut self.port.0).await.is_err() {
            // Connections that take longer are cut off.
            self.port.end().await;
        }
        self.watcher.end().await;
    }
}

impl Snapshot {
    /// Whether every forward is connected.
    pub fn is_well(&self) -> bool {
        self.forwards.iter().all(|it| it.state == State::Connected)
    }
}
