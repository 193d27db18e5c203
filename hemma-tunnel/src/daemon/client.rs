//! The client of the background supervisor.

use std::io;
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::UnixStream;

use super::protocol::{Answer, Request, Status, read_line, write_line};
use super::{Error, InstanceDir};

/// The time limit for a supervisor to end: it drains, closes the connection, and exits.
const END_PATIENCE: Duration = Duration::from_secs(10);

/// A supervisor that is starting or ending may have no socket at the moment.
const SIT_PATIENCE: Duration = Duration::from_secs(2);

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running background supervisor.
#[derive(Debug)]
pub struct Client {
    seat: InstanceDir,
}

impl Client {
    /// Finds the running supervisor, if there is one.
    pub async fn find(seat: &InstanceDir) -> Result<Option<Self>, Error> {
        let found = async {
            loop {
                if UnixStream::connect(seat.socket()).await.is_ok() {
                    return Ok(Some(Self { seat: seat.clone() }));
                }
                // A socket without a listener is left over; the lock tells.
                if !seat.is_taken()? {
                    return Ok(None);
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let stuck = |_| Error::Mute { host: seat.host().clone() };
        tokio::time::timeout(SIT_PATIENCE, found).await.map_err(stuck)?
    }

    /// The status, from a fresh look.
    pub async fn status(&self) -> Result<Status, Error> {
        match self.ask(&Request::Status).await? {
            Answer::Status(status) => Ok(status),
            answer => Err(self.unexpected(&answer)),
        }
    }

    /// The end of the log.
    pub async fn logs(&self, lines: usize) -> Result<Vec<String>, Error> {
        match self.ask(&Request::Logs { lines }).await? {
            Answer::Lines { lines } => Ok(lines),
            answer => Err(self.unexpected(&answer)),
        }
    }

    /// Sends a request that is either done or refused.
    pub async fn tell(&self, request: &Request) -> Result<(), Error> {
        match self.ask(request).await? {
            Answer::Done => Ok(()),
            answer => Err(self.unexpected(&answer)),
        }
    }

    /// Ends the supervisor, and returns when it is gone.
    pub async fn stop(&self) -> Result<(), Error> {
        self.tell(&Request::Stop).await?;
        let gone = async {
            while self.seat.is_taken()? {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(())
        };
        let stays = |_| Error::Stays { host: self.seat.host().clone() };
        tokio::time::timeout(END_PATIENCE, gone).await.map_err(stays)?
    }

    async fn ask(&self, request: &Request) -> Result<Answer, Error> {
        let asking = async {
            let mut stream = BufReader::new(UnixStream::connect(self.seat.socket()).await?);
            write_line(&mut stream, request).await?;
            let line = read_line(&mut stream).await?;
            let line = line.ok_or_else(|| io::Error::other("it closed the connection"))?;
            Ok(serde_json::from_slice(&line)?)
        };
        let failed = |source: io::Error| Error::Talk {
            host: self.seat.host().clone(),
            said: source.to_string(),
        };
        match tokio::time::timeout(request.patience(), asking).await {
            Ok(answer) => answer.map_err(failed),
            Err(_) => Err(Error::Mute { host: self.seat.host().clone() }),
        }
    }

    fn unexpected(&self, answer: &Answer) -> Error {
        let said = match answer {
            Answer::Refused { reason } => reason.clone(),
            other => format!("it answered something else: {other:?}"),
        };
        Error::Talk { host: self.seat.host().clone(), said }
    }
}
