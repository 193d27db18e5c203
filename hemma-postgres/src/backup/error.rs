//! Why a dump was not made.

use hemma_core::names::PgName;
use hemma_core::text::plain;
use hemma_core::{
    Classified, ErrorClass, ExecError, Hint, NotRecorded, OperatorError, Output, Suggestions,
};
use serde::{Deserialize, Serialize};

use crate::Remedy;
use crate::databases::{DatabaseError, Server};

/// The maximum length of a message.
const SAID_CHARS_MAX: usize = 300;

/// Why a dump was not made. No part of it is left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BackupError {
    /// The result of the command is not known.
    #[error("could not find out what pg_dump in {} on {} did", .server.container, .server.host)]
    Ask {
        /// The server.
        server: Server,
        /// The reason.
        source: ExecError,
    },
    /// PostgreSQL could not be asked.
    #[error("could not ask for a dump")]
    Server(#[from] DatabaseError),
    /// The server has no such database.
    #[error("there is no database `{database}` in {}; {known}", .server.container)]
    NoDatabase {
        /// The server.
        server: Server,
        /// The database that was asked for.
        database: PgName,
        /// The databases that exist.
        known: Suggestions,
    },
    /// `pg_dump` is older than the server.
    #[error("pg_dump in {} has another version than the server: {said}", .server.container)]
    Version {
        /// The server.
        server: Server,
        /// Its message, with both versions.
        said: String,
    },
    /// Another session alters a table, and did not finish in time.
    #[error("a table of `{database}` was locked for too long: {said}")]
    Locked {
        /// The database.
        database: PgName,
        /// Its message, with the table.
        said: String,
    },
    /// `pg_dump` failed in another way.
    #[error("pg_dump of `{database}` failed: {said}")]
    Failed {
        /// The database.
        database: PgName,
        /// Its message.
        said: String,
    },
    /// The dump is not complete.
    #[error("the dump of `{database}` is incomplete: {reason}")]
    Incomplete {
        /// The database.
        database: PgName,
        /// What is missing.
        reason: String,
    },
    /// The disk is full.
    #[error("the disk is full, so `{path}` could not be written")]
    DiskFull {
        /// The file.
        path: String,
    },
    /// The file cannot be written.
    #[error("could not write `{path}`: {reason}")]
    File {
        /// The file.
        path: String,
        /// The operating system's error.
        reason: String,
    },
    /// The file exists already.
    #[error("`{path}` exists already, and a backup overwrites no file")]
    Exists {
        /// The file.
        path: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for BackupError {
    fn classify(&self) -> Classified {
        let wrong = ErrorClass::NotAsPlanned;
        match self {
            Self::Ask { source: ExecError::Lost { .. }, .. } => ErrorClass::Unknown.with(Hint::Do(
                "run the same command again: the host removes an unfinished dump by itself"
                    .to_owned(),
            )),
            Self::Ask { source, .. } => source.classify(),
            Self::Server(source) => source.classify(),
            Self::NoDatabase { known, .. } => wrong.with(known.hint(Remedy::ListDatabases)),
            Self::Version { server, .. } => wrong.with(Hint::on(
                &server.host,
                format_args!("sudo -n docker exec {} which -a pg_dump", server.container),
            )),
            Self::Locked { .. } => wrong.with(Hint::Do(
                "wait until the other change of the table has ended, then run the same command \
                 again"
                    .to_owned(),
            )),
            Self::DiskFull { .. } => wrong.with(Remedy::FreeDiskSpace),
            Self::File { .. } => wrong.with(Remedy::ChooseDirectory),
            Self::Failed { .. } | Self::Incomplete { .. } => wrong
                .with(Hint::Do("run the same command again; nothing was left behind".to_owned())),
            Self::Exists { .. } => {
                wrong.without("the file is the operator's, and the message names it")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

const NO_ROOM: &str = "no space left on device";

impl BackupError {
    pub(super) fn file(path: &str, source: &std::io::Error) -> Self {
        if matches!(
            source.kind(),
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
        ) {
            return Self::DiskFull { path: path.to_owned() };
        }
        Self::unwritable(path, &source.to_string())
    }

    pub(super) fn unwritable(path: &str, said: &str) -> Self {
        if said.to_lowercase().contains(NO_ROOM) {
            return Self::DiskFull { path: path.to_owned() };
        }
        Self::File { path: path.to_owned(), reason: plain(said, SAID_CHARS_MAX) }
    }

    /// Reads the error from the output of `pg_dump` and of Docker.
    pub(super) fn read(server: &Server, database: &PgName, path: &str, output: &Output) -> Self {
        let has = |words: &str| output.stderr.contains(words);
        let words = |from: &[&str]| {
            let telling = |it: &&str| from.iter().any(|word| it.contains(word));
            let lines: Vec<&str> = output.stderr.lines().filter(telling).collect();
            plain(&lines.join("; ").replace("pg_dump: ", ""), SAID_CHARS_MAX)
        };
        let (server, database) = (server.clone(), database.clone());
        if output.stderr.to_lowercase().contains(NO_ROOM) {
            return Self::DiskFull { path: path.to_owned() };
        }
        if has("server version mismatch") {
            return Self::Version { server, said: words(&["server version"]) };
        }
        if has("lock timeout") || has("could not obtain lock") {
            return Self::Locked { database, said: words(&["error: "]) };
        }
        let of_docker = ["No such container", "is not running", "OCI runtime", "Docker daemon"];
        // A database that was dropped a moment ago is missing before `pg_dump` starts.
        let of_connection = ["connection to server", "could not connect", "server closed"];
        let is_gone = has("FATAL:  database") && has("does not exist");
        if !is_gone && of_docker.iter().chain(&of_connection).any(|it| has(it)) {
            return DatabaseError::read(&server, &output.stderr).into();
        }
        if output.stderr.trim().is_empty() {
            let said = format!("it ended with exit code {} and no message", output.exit);
            return Self::Failed { database, said };
        }
        let said = words(&["error: ", "detail: ", "rror response from daemon"]);
        if said.is_empty() {
            return Self::Failed { database, said: plain(output.last_words(), SAID_CHARS_MAX) };
        }
        Self::Failed { database, said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pg_dump_says_is_told_apart() {
        let server = Server {
            host: "hemma".parse().expect("a host"),
            container: "shared-postgres".parse().expect("a name"),
            administrator: "postgres".parse().expect("a name"),
        };
        let database = "huleedu_nlp".parse().expect("a name");
        let rows = [
            (
                "pg_dump: error: aborting because of server version mismatch\n\
                 pg_dump: detail: server version: 16.1; pg_dump version: 15.6\n",
                "version",
                "server version: 16.1; pg_dump version: 15.6",
            ),
            (
                "pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout\n\
                 pg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE\n",
                "locked",
                "canceling statement due to lock timeout",
            ),
            (
                "pg_dump: error: connection to server on socket \"x\" failed: FATAL:  the database \
                 system is starting up\n",
                "down",
                "starting up",
            ),
            (
                "pg_dump: error: connection to server on socket \"x\" failed: FATAL:  role \
                 \"admin\" does not exist\n",
                "wrong_role",
                "admin",
            ),
            (
                "pg_dump: error: connection to server on socket \"x\" failed: FATAL:  database \"y\" \
                 does not exist\n",
                "failed",
                "does not exist",
            ),
            ("Error response from daemon: Container 5f is not running\n", "stopped", "not running"),
            ("Error response from daemon: No such container: x\n", "no_container", ""),
            ("write /dev/stdout: no space left on device\n", "disk_full", "/b/x.dump"),
            ("pg_dump: error: something new\n", "failed", "something new"),
            ("", "failed", "exit code 143"),
        ];
        for (stderr, kind, said) in rows {
            let output = Output { exit: 143, stdout: String::new(), stderr: stderr.to_owned() };
            let error = BackupError::read(&server, &database, "/b/x.dump", &output);
            let seen = serde_json::to_string(&error).expect("it serializes");
            assert!(seen.contains(&format!("\"{kind}\"")), "{stderr:?} gave {seen}");
            assert!(hemma_core::causes(&error).contains(said), "{stderr:?} gave {error}");
        }
    }

    #[test]
    fn a_full_disk_is_told_from_one_that_cannot_be_written() {
        let full = std::io::Error::from_raw_os_error(28);
        assert!(matches!(BackupError::file("x", &full), BackupError::DiskFull { .. }));
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        assert!(matches!(BackupError::file("x", &denied), BackupError::File { .. }));
        let said = "mktemp: failed to create file: No space left on device";
        assert!(matches!(BackupError::unwritable("x", said), BackupError::DiskFull { .. }));
    }
}
