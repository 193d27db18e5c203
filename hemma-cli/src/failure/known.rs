//! Which errors say that something was looked at and is wrong.

use std::error::Error;

use hemma_deploy::lock::LockError;
use hemma_deploy::{env_file, prune, rollout, shared_db};
use hemma_docker::{EngineError, network};
use hemma_embed::npy::NpyFileError;
use hemma_embed::{RequestError, RunError};
use hemma_git::checkout;
use hemma_postgres::backup::BackupError;
use hemma_tunnel::{daemon, service};

use super::Link;
use crate::verbs::texts::{InputError, RecordError};

/// Whether it was looked and found wrong, if this error is one that can tell.
pub(super) fn tells(error: &Link) -> Option<bool> {
    let rollout = || {
        of(error, rollout::Error::is_known)
            .or_else(|| of(error, checkout::Error::is_known))
            .or_else(|| of(error, env_file::Error::is_known))
            .or_else(|| of(error, shared_db::Error::is_known))
            .or_else(|| of(error, BackupError::is_known))
            .or_else(|| of(error, prune::Error::is_known))
    };
    let engine = || {
        let refused = |it: &EngineError| matches!(it, EngineError::Refused { .. });
        let several = |it: &network::Error| matches!(it, network::Error::Several { .. });
        let of_network = || of(error, several).filter(|it| *it);
        of(error, refused).or_else(of_network).or_else(|| of(error, lock))
    };
    let tunnel = || of(error, tunnel).or_else(|| of(error, installed));
    let texts = || {
        of(error, |it: &RunError| !matches!(it, RunError::Unreachable { .. }))
            .or_else(|| of(error, |it: &RequestError| !it.nobody_there()))
            .or_else(|| of(error, |_: &NpyFileError| true))
            .or_else(|| of(error, |it: &InputError| !matches!(it, InputError::Pipe { .. })))
            .or_else(|| of(error, record))
    };
    rollout().or_else(engine).or_else(tunnel).or_else(texts)
}

fn of<E: Error + 'static>(error: &Link, judge: impl Fn(&E) -> bool) -> Option<bool> {
    error.downcast_ref().map(judge)
}

/// A host that cannot keep a lock or a journal has said so.
fn lock(error: &LockError) -> bool {
    match error {
        LockError::Refused { .. } | LockError::Journal { .. } => true,
        LockError::Ask { .. } | LockError::NoAnswer { .. } | LockError::NotRecorded(_) => false,
    }
}

fn tunnel(error: &daemon::Error) -> bool {
    use daemon::Error::{Died, Forward, Runs, Stays};
    matches!(error, Runs { .. } | Stays { .. } | Died { .. } | Forward(_))
}

fn installed(error: &service::Error) -> bool {
    use service::Error::{Control, File, Manager, Relative, Render};
    matches!(error, Relative { .. } | Control { .. } | Render { .. } | File { .. } | Manager { .. })
}

fn record(error: &RecordError) -> bool {
    !matches!(error, RecordError::Open { .. } | RecordError::Read { .. })
}

#[cfg(test)]
mod tests {
    use hemma_core::{ConnectError, ExecError, Host};
    use hemma_deploy::lock::HistoryError;

    use crate::{Exit, Failure};

    use super::*;

    fn host() -> Host {
        "hemma".parse().expect("an alias")
    }

    fn unreachable() -> ExecError {
        let source = ConnectError::Refused { said: "no".to_owned() };
        ExecError::Connect { host: host(), source }
    }

    #[test]
    fn what_could_not_be_looked_at_is_never_wrong() {
        let said = || "no".to_owned();
        let rows: [(Failure, Exit); 10] = [
            (HistoryError::Ask { host: host(), source: unreachable() }.into(), Exit::Unknown),
            (HistoryError::Failed { host: host(), said: said() }.into(), Exit::Unknown),
            (LockError::Ask { host: host(), source: unreachable() }.into(), Exit::Unknown),
            (LockError::NoAnswer { host: host(), said: said() }.into(), Exit::Unknown),
            (LockError::Refused { host: host(), said: said() }.into(), Exit::NotAsPlanned),
            (LockError::Journal { host: host(), said: said() }.into(), Exit::NotAsPlanned),
            (unreachable().into(), Exit::Unknown),
            (daemon::Error::Mute { host: host() }.into(), Exit::Unknown),
            (daemon::Error::Stays { host: host() }.into(), Exit::NotAsPlanned),
            (std::io::Error::other("no").into(), Exit::Unknown),
        ];
        for (failure, exit) in rows {
            assert_eq!(failure.exit(), exit, "{failure:?}");
        }
    }

    #[test]
    fn an_error_that_nobody_listed_was_no_look() {
        #[derive(Debug, thiserror::Error)]
        #[error("new")]
        struct New;
        assert_eq!(Failure::from(New).exit(), Exit::Unknown);
        assert_eq!(Failure::known(New).exit(), Exit::NotAsPlanned);
    }
}
