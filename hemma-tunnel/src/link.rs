//! One ssh connection: channels over it, and whether it is alive.

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

/// ssh's last words; the cause is in the last few.
const WORDS_MAX: usize = 8;

/// Between ssh's reason on its standard error and its "no" on the control socket.
const WORDS_PATIENCE: Duration = Duration::from_millis(100);

/// An ssh connection that was made.
#[derive(Debug)]
pub(crate) struct Link {
    master: SshMaster,
    words: Arc<Mutex<VecDeque<String>>>,
    /// Everything that went over it.
    pub(crate) traffic: Traffic,
    /// Whether it is gone.
    lost: watch::Sender<bool>,
}

/// The means to tell whether it is alive. There is one watcher.
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
            // Ends with the process, whose end this is.
            tokio::spawn(listen(from, Arc::clone(&words)));
        }
        let (to, from) = master.echo().await.ok_or_else(|| ConnectError::Other {
            said: "its input and output are not there".to_owned(),
        })?;
        let pulse = Pulse { to, from: BufReader::with_capacity(64, from) };
        let (traffic, lost) = (Traffic::default(), watch::Sender::new(false));
        Ok((Arc::new(Self { master, words, traffic, lost }), pulse))
    }

    /// A channel to a service, as soon as it has accepted.
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

    /// ssh says "no" to us and the reason to its standard error.
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

    /// Whether it is gone, for whoever holds a connection over it.
    pub(crate) fn lost(&self) -> watch::Receiver<bool> {
        self.lost.subscribe()
    }

    pub(crate) fn is_lost(&self) -> bool {
        *self.lost.borrow()
    }

    /// Watches it until it is dead, and says why. `tell` hears of every sign of life, and of one
    /// that is late; `stirred` changes when the machine has slept or the network is another.
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
                    return format!("no sign of life for {} ms", beats.silence().as_millis());
                }
            }
        }
    }

    /// Whether ssh is still there. An end of a channel that came because ssh died must not be
    /// passed on as the end of an answer, and this is known before its death is.
    pub(crate) async fn is_there(&self) -> bool {
        UnixStream::connect(self.master.socket()).await.is_ok()
    }

    /// It is dead: whoever uses it learns of it, and nothing of it stays.
    pub(crate) async fn bury(&self) {
        self.lost.send_replace(true);
        self.master.kill().await;
    }

    /// Says goodbye to the host.
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
        words.back().cloned().unwrap_or_else(|| "ssh ended without a word".to_owned())
    }
}

async fn listen(from: ChildStderr, words: Arc<Mutex<VecDeque<String>>>) {
    // A line without an end is not ssh's; it is cut where the limit is.
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

/// `channel 3: open failed: connect failed: Connection refused` → `Connection refused`.
fn why_not_open(line: &str) -> Option<&str> {
    let why = line.split_once("open failed: ")?.1;
    Some(why.strip_prefix("connect failed: ").unwrap_or(why))
}

/// Why there is no channel.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no link any more.
    #[error("the link was lost")]
    Lost,
    /// The host did not say anything in time.
    #[error("the host opened no connection within {ms} ms")]
    Late {
        /// The limit.
        ms: u128,
    },
    /// Nothing listens there, most often.
    #[error("{why}")]
    Refused {
        /// ssh's words.
        why: String,
    },
    /// `AllowTcpForwarding` or `PermitOpen`.
    #[error("sshd on the host forbids forwarding (AllowTcpForwarding, PermitOpen)")]
    Forbidden,
    /// Something here.
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
