//! An ssh connection: its channels, and whether it is alive.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hemma_core::{ConnectError, Echo, Host, SshMaster, SshOptions};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{ChildStderr, ChildStdin};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::mux::{self, Channel};
use crate::pulse::{Beat, Beats, PULSE};
use crate::pump::Traffic;

/// The number of ssh's last output lines that are kept; the cause is among them.
const WORDS_MAX: usize = 8;

/// How long to wait for ssh's reason on its standard error after its refusal on the control socket.
const WORDS_PATIENCE: Duration = Duration::from_millis(100);

/// An established ssh connection.
#[derive(Debug)]
pub(crate) struct Link {
    master: SshMaster,
    words: Arc<Mutex<VecDeque<String>>>,
    /// The bytes of all its channels.
    pub(crate) traffic: Traffic,
    /// Whether the connection is lost.
    lost: watch::Sender<bool>,
}

/// The streams that show whether the connection is alive. There is one watcher.
#[derive(Debug)]
pub(crate) struct Pulse {
    to: ChildStdin,
    from: BufReader<Echo>,
}

impl Link {
    pub(crate) async fn start(
        host: &Host,
        options: &SshOptions,
    ) -> Result<(Arc<Self>, Pulse), ConnectError> {
        let master = SshMaster::start(host, options).await?;
        let words = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(from) = master.words().await {
            // The task ends with the ssh process.
            tokio::spawn(listen(from, Arc::clone(&words)));
        }
        let (to, from) = master.echo().await.ok_or_else(|| ConnectError::Other {
            said: "its input and output are not there".to_owned(),
        })?;
        let pulse = Pulse { to, from: BufReader::with_capacity(64, from) };
        let (traffic, lost) = (Traffic::default(), watch::Sender::new(false));
        Ok((Arc::new(Self { master, words, traffic, lost }), pulse))
    }

    /// Opens a channel to a service. Returns when the service has accepted.
    pub(crate) async fn open(&self, to: SocketAddr, patience: Duration) -> Result<Channel, Error> {
        if self.is_lost() {
            return Err(Error::Lost);
        }
        let mut gone = self.lost.subscribe();
        let opened = tokio::select! {
            opened = tokio::time::timeout(patience, mux::open(self.master.socket(), to)) => opened,
            _ = gone.wait_for(|it| *it) => return Err(Error::Lost),
        };
        match opened {
            Err(_) => Err(Error::Late { ms: patience.as_millis() }),
            Ok(Ok(channel)) => Ok(channel),
            Ok(Err(mux::Error::Refused { reason })) => Err(self.refusal(reason).await),
            Ok(Err(mux::Error::Master(_))) => Err(Error::Lost),
            Ok(Err(error)) => Err(Error::Mux(error)),
        }
    }

    /// The error for a refusal. ssh writes the reason to its standard error.
    async fn refusal(&self, reason: String) -> Error {
        let deadline = Instant::now() + WORDS_PATIENCE;
        loop {
            let why = {
                let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
                words.pop_back()
            };
            match why.as_deref().and_then(why_not_open) {
                Some(why) if why.contains("administratively prohibited") => {
                    return Error::Forbidden;
                }
                Some(why) => return Error::Refused { why: why.to_owned() },
                None if Instant::now() > deadline => return Error::Refused { why: reason },
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    /// Whether the connection is lost, for its users.
    pub(crate) fn lost(&self) -> watch::Receiver<bool> {
        self.lost.subscribe()
    }

    pub(crate) fn is_lost(&self) -> bool {
        *self.lost.borrow()
    }

    /// Watches the connection until it is dead, and returns the reason. `tell` is called for every
    /// sign of life, and for a late one; `stirred` changes when the machine has slept or the
    /// network has changed.
    pub(crate) async fn watch(
        &self,
        pulse: Pulse,
        stirred: &mut watch::Receiver<u64>,
        mut tell: impl FnMut(Beat),
    ) -> String {
        let Pulse { mut to, mut from } = pulse;
        let mut beats = Beats::new(self.traffic.sent());
        let mut ticks = tokio::time::interval(PULSE);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut echo = [0; 1];
        let died = self.master.died();
        tokio::pin!(died);
        loop {
            tokio::select! {
                () = &mut died => return self.why_silent().await,
                read = from.read_exact(&mut echo) => match read {
                    Ok(_) => if let Some(took) = beats.answered() {
                        tell(Beat::Alive(took));
                    },
                    Err(_) => return self.why_silent().await,
                },
                _ = ticks.tick() => {
                    if beats.ask(self.traffic.sent()) && to.write_all(b".").await.is_err() {
                        return self.why_silent().await;
                    }
                }
                Ok(()) = stirred.changed() => {
                    beats.hurry();
                    ticks.reset_immediately();
                }
                () = tokio::time::sleep_until(beats.late_at()) => {
                    tell(Beat::Late(beats.silence()));
                    beats.told_late();
                }
                () = tokio::time::sleep_until(beats.dead_at(self.traffic.sent())) => {
                    return format!("no answer for {} ms", beats.silence().as_millis());
                }
            }
        }
    }

    /// Whether ssh still runs. A channel that ended because ssh died must not look like the end of
    /// an answer, and this is known before ssh's death is.
    pub(crate) async fn is_there(&self) -> bool {
        UnixStream::connect(self.master.socket()).await.is_ok()
    }

    /// Marks the connection as lost for its users, and ends ssh.
    pub(crate) async fn bury(&self) {
        self.lost.send_replace(true);
        self.master.kill().await;
    }

    /// Closes the connection.
    pub(crate) async fn end(&self) {
        self.lost.send_replace(true);
        self.master.end().await;
    }

    async fn why_silent(&self) -> String {
        match self.master.why_turned_away().await {
            Some(why) => why,
            None => self.last_words(),
        }
    }

    fn last_words(&self) -> String {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        words.back().cloned().unwrap_or_else(|| "ssh ended without a message".to_owned())
    }
}

async fn listen(from: ChildStderr, words: Arc<Mutex<VecDeque<String>>>) {
    // A line without an end does not come from ssh; it is cut at the limit.
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut bounded = (&mut from).take(4 << 10);
        match bounded.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let said = String::from_utf8_lossy(&line).trim().to_owned();
        if said.is_empty() {
            continue;
        }
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() == WORDS_MAX {
            words.pop_front();
        }
        words.push_back(said);
    }
}

/// Reads `channel 3: open failed: connect failed: Connection refused` as `Connection refused`.
fn why_not_open(line: &str) -> Option<&str> {
    let why = line.split_once("open failed: ")?.1;
    Some(why.strip_prefix("connect failed: ").unwrap_or(why))
}

/// Why a channel was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The link is lost.
    #[error("the link was lost")]
    Lost,
    /// The host did not answer in time.
    #[error("the host opened no connection within {ms} ms")]
    Late {
        /// The limit in milliseconds.
        ms: u128,
    },
    /// The service refused; usually nothing listens there.
    #[error("{why}")]
    Refused {
        /// ssh's message.
        why: String,
    },
    /// The host forbids it by `AllowTcpForwarding` or `PermitOpen`.
    #[error("sshd on the host forbids forwarding (AllowTcpForwarding, PermitOpen)")]
    Forbidden,
    /// An error on this machine.
    #[error(transparent)]
    Mux(mux::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_read_from_real_messages() {
        let rows = [
            ("channel 2: open failed: connect failed: Connection refused", "Connection refused"),
            (
                "channel 3: open failed: administratively prohibited: open failed",
                "administratively prohibited: open failed",
            ),
            ("client_loop: send disconnect: Broken pipe", "none"),
        ];
        for (line, why) in rows {
            assert_eq!(why_not_open(line).unwrap_or("none"), why);
        }
    }
}
