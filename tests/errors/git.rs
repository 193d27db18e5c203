use hemma_core::Finding;
use hemma_git::checkout::{CloneError, LookError, PullError};

use super::samples::{exec, host, made, missing, said};
use super::{Row, variants};

const REMOTE: &str = "https://git.example.net/huleedu.git";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    variants!(rows, hemma_git::checkout::LookError,
        Unknown Ask { host: host(), source: exec() };
        Unknown Failed { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_git::checkout::HistoryError,
        Unknown Ask { host: host(), source: exec() };
        Unknown Failed { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_git::checkout::CloneError,
        Unknown Ask { host: host(), remote: made(REMOTE), source: exec() };
        NotAsPlanned Failed { host: host(), remote: made(REMOTE), said: said(), hint: None };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_git::checkout::PullError,
        Unknown Ask { host: host(), to: said(), source: exec() };
        NotAsPlanned Failed { host: host(), to: said(), said: said(), hint: None, mixed: true };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_git::checkout::Error,
        Unknown Look(LookError::Failed { host: host(), said: said() });
        NotAsPlanned Refused(Box::new(Finding::fail(hemma_git::ids::CHECKOUT_CHANGED, "checkout", "it has changes of its own")));
        Unknown Refused(Box::new(Finding::unseen(hemma_git::ids::REMOTE_UNSEEN, "remote", "it did not answer")));
        NotAsPlanned Clone(CloneError::Failed {
            host: host(), remote: made(REMOTE), said: said(), hint: None
        });
        Unknown Pull(PullError::NotRecorded(missing()));
    );
    rows
}
