//! Makes one dump.

use hemma_core::names::PgName;
use hemma_core::text::size;
use hemma_core::{
    Applied, Cancel, Change, Live, OperatorError, Output, Place, Progress, StreamError,
};
use serde::{Deserialize, Serialize};

use super::{BackupError, Directory, Format};
use crate::databases::{Server, refused_by_sudo};

/// Dumps one database into a new file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dump {
    /// The PostgreSQL server.
    pub server: Server,
    /// The database.
    pub database: PgName,
    /// The format of the dump.
    pub format: Format,
    /// The directory of the file.
    pub directory: Directory,
    /// The name of the file, as [`file_name`](super::file_name) returns it.
    pub file: String,
}

/// A complete dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dumped {
    /// The path of the file.
    pub path: String,
    /// The size in bytes.
    pub bytes: u64,
}

impl Change for Dump {
    const KIND: &'static str = "database.dump";
    // An incomplete dump never gets its name.
    const CANCEL: Cancel = Cancel::Immediately;
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

    fn extent(outcome: Result<&Dumped, &BackupError>) -> Applied {
        outcome.map_or_else(|it| Applied::of_failure(it.is_known()), |_| Applied::Full)
    }
}

impl Dump {
    /// Reports the progress. The size on the server is larger than that of the dump.
    pub(super) fn tell(&self, progress: &Progress, bytes: u64) {
        progress.line(&format!("{}: {}", self.database, size(bytes)));
    }

    pub(super) fn incomplete(&self, reason: impl Into<String>) -> BackupError {
        BackupError::Incomplete { database: self.database.clone(), reason: reason.into() }
    }

    /// The error of a failed script, read from `pg_dump`'s messages.
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
