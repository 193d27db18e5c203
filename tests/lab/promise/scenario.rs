//! The scenario of one run: a command, a trouble, and a strike. All of it follows from a seed.

use std::fmt;
use std::time::Duration;

use fastrand::Rng;
use rustix::process::Signal;

/// Services that can be changed one at a time. Nothing waits for them but `websocket_service`'s
/// name.
const SERVICES: [&str; 3] = ["identity_service", "websocket_service", "essay_lifecycle_worker"];

/// Those of them whose health check asks for a page.
const HAVE_CHECKS: [&str; 2] = ["identity_service", "websocket_service"];

/// The service of the stage that is deployed by itself.
pub(super) const STAGED: &str = "redis";

/// The one service that reads all of `.env`.
pub(super) const READS_ENV: &str = "cj_assessment_service";

const CHECKOUT: &str = "/home/operator/apps/huleedu";
const STATE: &str = "/home/operator/.local/state/hemma/huleedu";

/// Longer than a run of one service takes.
const USUAL_MILLIS: u64 = 11_000;

/// As many lines as the journal of such a run has, or more.
const BOUNDARIES: usize = 12;

/// The command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Deploy,
    Stage,
    Rollback,
    Restart,
    Rebuild,
    EnvSet,
}

/// The trouble before the run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// `.env` has a value that breaks a service, set with hemma or by hand.
    BadEnv {
        by_hand: bool,
    },
    FailingBuild,
    /// The service turns unhealthy, or ends again and again.
    FailingGate {
        fault: &'static str,
    },
    /// The directory has only this much space left.
    FullDisk {
        dir: &'static str,
        kib: &'static str,
    },
}

/// The strike during the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strike {
    Cut,
    Signal(Signal),
    /// Another operator releases the lock by force, and may begin to work.
    LockReleased {
        restarts: bool,
    },
    EngineRestart,
}

/// The moment of the strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// As soon as the journal on this machine has so many lines.
    Boundary(usize),
    After(Duration),
}

/// One run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scenario {
    pub(super) seed: u64,
    pub(super) verb: Verb,
    pub(super) service: &'static str,
    pub(super) trouble: Option<Trouble>,
    pub(super) strike: Option<(Strike, Moment)>,
}

impl Scenario {
    /// The run for a seed, always the same one.
    pub(super) fn of(seed: u64) -> Self {
        let rng = &mut Rng::with_seed(seed);
        let verb = match rng.u8(..100) {
            0..45 => Verb::Deploy,
            45..55 => Verb::Stage,
            55..72 => Verb::Rollback,
            72..82 => Verb::Restart,
            82..92 => Verb::Rebuild,
            _ => Verb::EnvSet,
        };
        let (troubled, struck) = match rng.u8(..100) {
            0..4 => (false, false),
            4..30 => (true, false),
            30..75 => (false, true),
            _ => (true, true),
        };
        let service = match verb {
            Verb::Stage => STAGED,
            _ => SERVICES[rng.usize(..SERVICES.len())],
        };
        let trouble = troubled.then(|| Trouble::of(verb, service, rng));
        let strike = struck.then(|| (Strike::any(rng), Moment::any(rng)));
        let service = match (verb, trouble) {
            (Verb::Restart | Verb::Rebuild, Some(Trouble::BadEnv { .. })) => READS_ENV,
            _ => service,
        };
        Self { seed, verb, service, trouble, strike }
    }

    /// The words of the command line.
    pub(super) fn args(&self) -> Vec<&'static str> {
        match self.verb {
            Verb::Deploy => vec!["deploy", "--yes"],
            Verb::Stage => vec!["deploy", "--stage", "infra", "--yes"],
            Verb::Rollback => vec!["rollback", "--yes"],
            Verb::Restart => vec!["restart", self.service, "--yes"],
            Verb::Rebuild => vec!["rebuild", self.service, "--yes"],
            Verb::EnvSet => vec!["env", "set", BAD_KEY, "--yes"],
        }
    }

    /// Whether a new commit changes the service.
    pub(super) fn brings_a_commit(&self) -> bool {
        matches!(self.verb, Verb::Deploy | Verb::Stage)
    }

    pub(super) fn has_bad_env(&self) -> bool {
        matches!(self.trouble, Some(Trouble::BadEnv { .. }))
    }
}

/// A key that makes the program of a service end at once if its value leads nowhere.
pub(super) const BAD_KEY: &str = "PYTHONPATH";

impl Trouble {
    fn of(verb: Verb, service: &str, rng: &mut Rng) -> Self {
        let bad_env = Self::BadEnv { by_hand: rng.bool() };
        let gate = Self::FailingGate {
            fault: if rng.bool() && HAVE_CHECKS.contains(&service) {
                "unhealthy"
            } else {
                "crash-loop"
            },
        };
        let full = Self::FullDisk {
            dir: if rng.bool() { CHECKOUT } else { STATE },
            kib: ["0", "4", "16", "64", "256"][rng.usize(..5)],
        };
        let all: &[Self] = match verb {
            Verb::Deploy => &[bad_env, Self::FailingBuild, gate, full],
            Verb::Stage => &[Self::FailingBuild, gate, full],
            Verb::Rollback | Verb::Rebuild => &[bad_env, Self::FailingBuild, full],
            Verb::Restart => &[bad_env, bad_env, full],
            Verb::EnvSet => &[Self::BadEnv { by_hand: false }, full],
        };
        all[rng.usize(..all.len())]
    }
}

impl Strike {
    fn any(rng: &mut Rng) -> Self {
        match rng.u8(..10) {
            0..2 => Self::Cut,
            2 => Self::Signal(Signal::INT),
            3 => Self::Signal(Signal::TERM),
            4 => Self::Signal(Signal::HUP),
            5..7 => Self::Signal(Signal::KILL),
            7..9 => Self::LockReleased { restarts: rng.bool() },
            _ => Self::EngineRestart,
        }
    }
}

impl Moment {
    fn any(rng: &mut Rng) -> Self {
        if rng.u8(..3) > 0 {
            return Self::Boundary(rng.usize(1..=BOUNDARIES));
        }
        Self::After(Duration::from_millis(rng.u64(..USUAL_MILLIS)))
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, service, .. } = self;
        write!(f, "seed {seed}: `{}`", self.args().join(" "))?;
        if self.brings_a_commit() {
            write!(f, " of {service}")?;
        }
        match self.trouble {
            None => {}
            Some(Trouble::BadEnv { by_hand }) => {
                write!(f, ", a bad .env set {}", if by_hand { "by hand" } else { "with hemma" })?;
            }
            Some(Trouble::FailingBuild) => write!(f, ", a build that fails")?,
            Some(Trouble::FailingGate { fault }) => write!(f, ", {fault}")?,
            Some(Trouble::FullDisk { dir, kib }) => write!(f, ", {kib} KiB left in {dir}")?,
        }
        if let Some((strike, moment)) = self.strike {
            match strike {
                Strike::Cut => write!(f, ", cut")?,
                Strike::Signal(signal) => write!(f, ", signal {}", signal.as_raw())?,
                Strike::LockReleased { restarts: false } => write!(f, ", its lock released")?,
                Strike::LockReleased { restarts: true } => {
                    write!(f, ", its lock released by one who goes to work")?;
                }
                Strike::EngineRestart => write!(f, ", the engine restarted")?,
            }
            match moment {
                Moment::Boundary(count) => write!(f, " at line {count} of its journal")?,
                Moment::After(rest) => write!(f, " after {:.1} s", rest.as_secs_f32())?,
            }
        }
        Ok(())
    }
}
