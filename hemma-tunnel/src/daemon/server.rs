//! The background supervisor process.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::instance_dir::remove;
use super::log::{Log, tail};
use super::protocol::{Answer, LOG_LINES_MAX, Request, Status, read_line, write_line};
use super::{DRAIN, Error, InstanceDir};
use crate::{Forward, Options, Supervisor};

/// The maximum number of clients at once.
const ASKERS_MAX: usize = 16;

/// The time limit of a silent client.
const ASKER_PATIENCE: Duration = Duration::from_secs(30);

/// The values that a client's task needs.
struct Desk {
    seat: InstanceDir,
    supervisor: Supervisor,
    since: jiff::Timestamp,
    stop: Notify,
}

/// Runs a supervisor until it is told to stop or `interrupted` completes. There is one for each
/// seat: a second one is refused with [`Error::Runs`].
pub async fn run(
    seat: InstanceDir,
    options: Options,
    forwards: Vec<Forward>,
    interrupted: impl Future<Output = ()>,
) -> Result<(), Error> {
    let taken = seat.take()?;
    let at_seat =
        |source: io::Error| Error::InstanceDir { path: seat.socket(), said: source.to_string() };
    // This process holds the lock, so an existing socket is left over.
    remove(&seat.socket()).map_err(at_seat)?;
    let listener = UnixListener::bind(seat.socket()).map_err(at_seat)?;
    let ours = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(seat.socket(), ours).map_err(at_seat)?;
    let mut log = Log::open(seat.log()).map_err(at_seat)?;
    let clock = Arc::clone(&options.clock);
    let supervisor = Supervisor::start(seat.host().clone(), options);
    for forward in forwards {
        supervisor.add(forward)?;
    }
    let mut changes = supervisor.subscribe();
    changes.mark_changed();
    let (since, stop) = (clock.now(), Notify::new());
    let desk = Arc::new(Desk { seat: seat.clone(), supervisor, since, stop });
    let mut askers = JoinSet::new();
    tokio::pin!(interrupted);
    // A full disk must not end a tunnel, so errors of writing the log are ignored.
    let _ = log.line(clock.now(), &format!("started, process {}", std::process::id()));
    loop {
        tokio::select! {
            () = &mut interrupted => break,
            () = desk.stop.notified() => break,
            Some(_) = askers.join_next() => {}
            accepted = listener.accept(), if askers.len() < ASKERS_MAX => match accepted {
                Ok((stream, _)) => { askers.spawn(answer(stream, Arc::clone(&desk))); }
                // The process is most likely out of file descriptors: connections that close will
                // free some.
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            },
            Ok(()) = changes.changed() => {
                let fresh = changes.borrow_and_update().clone();
                let _ = log.changes(clock.now(), &fresh);
            }
        }
    }
    drop(listener);
    askers.shutdown().await;
    let _ = log.line(clock.now(), "stopping");
    if let Some(desk) = Arc::into_inner(desk) {
        desk.supervisor.stop(DRAIN).await;
    }
    remove(&seat.socket()).map_err(at_seat)?;
    let _ = log.line(clock.now(), "stopped");
    drop(taken);
    Ok(())
}

async fn answer(stream: UnixStream, desk: Arc<Desk>) {
    let mut stream = BufReader::new(stream);
    while let Ok(Ok(Some(line))) =
        tokio::time::timeout(ASKER_PATIENCE, read_line(&mut stream)).await
    {
        let request = Request::read(&line);
        let answer = match &request {
            Ok(request) => desk.act(request).await,
            Err(malformed) => Answer::Refused { reason: malformed.to_string() },
        };
        if write_line(&mut stream, &answer).await.is_err() {
            return;
        }
        if request == Ok(Request::Stop) {
            desk.stop.notify_one();
        }
    }
}

impl Desk {
    async fn act(&self, request: &Request) -> Answer {
        match request {
            Request::Status => Answer::Status(Status {
                pid: std::process::id(),
                since: self.since,
                tunnel: self.supervisor.look().await,
            }),
            Request::Add { forward } => match self.supervisor.add(forward.clone()) {
                Ok(()) => Answer::Done,
                Err(error) => Answer::Refused { reason: error.to_string() },
            },
            Request::Remove { name } => {
                if self.supervisor.remove(name, DRAIN).await {
                    Answer::Done
                } else {
                    Answer::Refused { reason: format!("there is no forward `{name}`") }
                }
            }
            Request::Retry => {
                self.supervisor.retry();
                Answer::Done
            }
            Request::Logs { lines } => match tail(&self.seat.log(), (*lines).min(LOG_LINES_MAX)) {
                Ok(lines) => Answer::Lines { lines },
                Err(error) => Answer::Refused { reason: error.to_string() },
            },
            Request::Stop => Answer::Done,
        }
    }
}
