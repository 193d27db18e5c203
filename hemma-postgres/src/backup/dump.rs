//! Making one dump.

use hemma_core::names::PgName;
use hemma_core::text::size;
use hemma_core::{Change, Cut, Extent, Live, OperatorError, Output, Place, Progress, StreamError};
use serde::{Deserialize, Serialize};

use super::{BackupError, Directory, Format};
use crate::databases::{Server, refused_by_sudo};

/// Dumps one database into a file that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dump {
    /// Where PostgreSQL is.
    pub server: Server,
    /// The database.
    pub database: PgName,
    /// What is written.
    pub format: Format,
    /// Where the file goes.
    pub directory: Directory,
    /// What it is called, as [`file_name`](super::file_name) says.
    pub file: String,
}

/// A dump that is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dumped {
    /// Where it is.
    pub path: String,
    /// How large.
    pub bytes: u64,
}

impl Change for Dump {
    const KIND: &'static str = "database.dump";
    // Half of one never gets its name.
    const CUT: Cut = Cut::AtOnce;
    type Receipt = Dumped;
    type Error = BackupError;

    fn describe(&self) -> String {
        format!("dump database {} to {} in {}", self.database, self.file, self.directory)
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<Dumped, BackupError> {
        match &self.directory {
            Directory::Here(directory) => self.to_here(live, directory, progress).await,
            Directory::There(directory) => self.to_there(live, directory, progress).await,
        }
    }

    fn extent(outcome: Result<&Dumped, &BackupError>) -> Extent {
        outcome.map_or_else(|it| Extent::of_failure(it.is_known()), |_| Extent::Whole)
    }
}

impl Dump {
    /// How far it has come. What the server holds is more than what a dump takes.
    pub(super) fn tell(&self, progress: &Progress, bytes: u64) {
        progress.line(&format!("{}: {}", self.database, size(bytes)));
    }

    pub(super) fn incomplete(&self, reason: impl Into<String>) -> BackupError {
        BackupError::Incomplete { database: self.database.clone(), reason: reason.into() }
    }

    /// What a failed script means, by `pg_dump`'s words.
    pub(super) fn failed(&self, path: &str, output: &Output) -> BackupError {
        let on = Place::On(self.server.host.clone());
        match refused_by_sudo(&on, &output.stderr) {
            Some(source) => BackupError::Ask { server: self.server.clone(), source },
            None => BackupError::read(&self.server, &self.database, path, output),
        }
    }

    pub(super) fn cut(&self, error: StreamError, path: &str) -> BackupError {
        match error {
            StreamError::Exec(source) => BackupError::Ask { server: self.server.clone(), source },
            StreamError::Taken(source) => BackupError::file(path, &source),
        }
    }
}
