//! What happens to a tunnel, and what is certain about it meanwhile.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::background::Background;
use super::service::Mood;
use super::sshd::command;
use super::{Scene, children};

/// The facts about the way to the service, independent of the client.
#[derive(Default)]
pub(crate) struct Truth {
    /// Changes with every fault and every repair.
    epoch: AtomicU64,
    /// No question can be answered.
    hopeless: AtomicBool,
    questions: AtomicU64,
}

impl Truth {
    fn turn(&self, hopeless: bool) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.hopeless.store(hopeless, Ordering::SeqCst);
    }

    pub(crate) fn read(&self) -> (u64, bool) {
        (self.epoch.load(Ordering::SeqCst), self.hopeless.load(Ordering::SeqCst))
    }

    /// The facts after a request.
    pub(crate) fn asked(&self) -> (u64, bool) {
        self.questions.fetch_add(1, Ordering::SeqCst);
        self.read()
    }

    pub(crate) fn questions(&self) -> u64 {
        self.questions.load(Ordering::SeqCst)
    }
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Freeze,
    Reset,
    NetworkAway,
    Stall,
    SshdRestarted,
    HostRebooted,
    SshKilled,
    ServiceAway,
    ServiceIll,
    PortWanted,
    Sleep,
    SleepOverADeadLink,
}

pub(crate) const ALL: [Fault; 12] = [
    Fault::Freeze,
    Fault::Reset,
    Fault::NetworkAway,
    Fault::Stall,
    Fault::SshdRestarted,
    Fault::HostRebooted,
    Fault::SshKilled,
    Fault::ServiceAway,
    Fault::ServiceIll,
    Fault::PortWanted,
    Fault::Sleep,
    Fault::SleepOverADeadLink,
];

impl Fault {
    /// The first of a run are each of another kind.
    pub(crate) fn at_random(round: usize) -> Self {
        ALL[if round < ALL.len() { round } else { fastrand::usize(..ALL.len()) }]
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Freeze => "a frozen link",
            Self::Reset => "a reset",
            Self::NetworkAway => "a network that was away",
            Self::Stall => "a stall",
            Self::SshdRestarted => "an sshd that was restarted",
            Self::HostRebooted => "a host that was rebooted",
            Self::SshKilled => "an ssh that was killed",
            Self::ServiceAway => "a service that was restarted",
            Self::ServiceIll => "a service that was ill",
            Self::PortWanted => "a port that somebody else wanted while the link was down",
            Self::Sleep => "a sleep",
            Self::SleepOverADeadLink => "a sleep over which the link died",
        }
    }

    /// Breaks something, and repairs it where that is not the supervisor's business.
    pub(crate) async fn happen(
        self,
        scene: &mut Scene,
        truth: &Truth,
        background: &Background,
        (pid, at): (u32, SocketAddr),
    ) {
        let a_while = Duration::from_millis(fastrand::u64(50..2500));
        match self {
            Self::Freeze => frozen(scene, truth, async || {}).await,
            Self::Reset => scene.relay.reset(),
            Self::NetworkAway | Self::PortWanted => {
                scene.relay.down().await;
                truth.turn(true);
                tokio::time::sleep(a_while).await;
                if self == Self::PortWanted {
                    assert!(TcpListener::bind(at).is_err(), "{at} was given away");
                }
                truth.turn(false);
                scene.relay.up();
            }
            Self::Stall => {
                scene.relay.stall(true);
                truth.turn(true);
                tokio::time::sleep(a_while * 2).await;
                truth.turn(false);
                scene.relay.stall(false);
            }
            Self::SshdRestarted => {
                scene.sshd.down().await;
                scene.relay.reset();
                tokio::time::sleep(a_while).await;
                scene.sshd.up().await;
            }
            Self::HostRebooted => {
                // A machine that goes takes its services along, without closing any connection.
                scene.relay.stall(true);
                scene.service.turn(Mood::Down);
                tokio::time::sleep(Duration::from_millis(20)).await;
                truth.turn(true);
                scene.sshd.down().await;
                scene.relay.down().await;
                tokio::time::sleep(a_while).await;
                scene.relay.stall(false);
                scene.sshd.up().await;
                scene.relay.up();
                tokio::time::sleep(a_while / 4).await;
                truth.turn(false);
                scene.service.turn(Mood::Well);
            }
            Self::SshKilled => {
                for ssh in children(pid) {
                    let _ = command("kill").args(["-9", &ssh.to_string()]).status().await;
                }
            }
            Self::ServiceAway | Self::ServiceIll => {
                let mood = if self == Self::ServiceAway { Mood::Down } else { Mood::Ill };
                scene.service.turn(mood);
                tokio::time::sleep(Duration::from_millis(20)).await;
                truth.turn(true);
                tokio::time::sleep(a_while).await;
                truth.turn(false);
                scene.service.turn(Mood::Well);
            }
            Self::Sleep => background.sleep(3600),
            Self::SleepOverADeadLink => {
                frozen(scene, truth, async || background.sleep(3600)).await;
            }
        }
    }
}

/// As long as no new connection is made nothing can answer.
async fn frozen(scene: &Scene, truth: &Truth, meanwhile: impl AsyncFnOnce()) {
    let made = scene.relay.made();
    truth.turn(true);
    scene.relay.freeze();
    meanwhile().await;
    while scene.relay.made() == made {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    truth.turn(false);
}
