//! Why PostgreSQL did not answer, or refused.

use hemma_core::names::EnvKey;
use hemma_core::text::plain;
use hemma_core::{Classified, ErrorClass, ExecError, Hint, NotRecorded, OperatorError, storage};
use serde::{Deserialize, Serialize};

use super::Server;
use crate::Remedy;

/// The maximum length of a message.
const SAID_CHARS_MAX: usize = 300;

/// Why the state of the databases is not known, or why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DatabaseError {
    /// The result of the command is not known.
    #[error("could not ask PostgreSQL in {} on {}", .server.container, .server.host)]
    Ask {
        /// The server.
        server: Server,
        /// The reason.
        source: ExecError,
    },
    /// Docker did not answer.
    #[error("could not ask Docker on {} about {}: {said}", .server.host, .server.container)]
    Engine {
        /// The server.
        server: Server,
        /// Its message.
        said: String,
    },
    /// The container does not exist.
    #[error("there is no container `{}` on {}", .server.container, .server.host)]
    NoContainer {
        /// The server.
        server: Server,
    },
    /// The container does not run.
    #[error("container `{}` on {} is not running: it is {state}", .server.container, .server.host)]
    Stopped {
        /// The server.
        server: Server,
        /// Docker's name for its state.
        state: String,
    },
    /// The container runs, and PostgreSQL in it does not answer.
    #[error("PostgreSQL in {} on {} does not answer: {said}", .server.container, .server.host)]
    Down {
        /// The server.
        server: Server,
        /// psql's message.
        said: String,
    },
    /// The administrator's role does not exist.
    #[error("PostgreSQL in {} does not let `{}` log in: {said}", .server.container, .server.administrator)]
    WrongRole {
        /// The server.
        server: Server,
        /// psql's message.
        said: String,
    },
    /// The administrator lacks the permission.
    #[error("`{}` lacks a permission in {}: {said}", .server.administrator, .server.container)]
    Denied {
        /// The server.
        server: Server,
        /// psql's message.
        said: String,
    },
    /// The server accepts no changes.
    #[error("PostgreSQL in {} is read-only: {said}", .server.container)]
    ReadOnly {
        /// The server.
        server: Server,
        /// psql's message.
        said: String,
    },
    /// The password could not be read from the host's `.env`.
    #[error("could not read the password from {key} in the host's .env: {reason}")]
    Password {
        /// The key.
        key: EnvKey,
        /// The reason.
        reason: NoPassword,
    },
    /// PostgreSQL refused for another reason.
    #[error("PostgreSQL in {} refused: {said}", .server.container)]
    Refused {
        /// The server.
        server: Server,
        /// psql's message.
        said: String,
    },
    /// The answer cannot be read.
    #[error("could not read what PostgreSQL in {} answered: {reason}", .server.container)]
    Read {
        /// The server.
        server: Server,
        /// What is wrong with it.
        reason: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for DatabaseError {
    fn classify(&self) -> Classified {
        let wrong = ErrorClass::NotAsPlanned;
        let on = |server: &Server, line: String| Hint::on(&server.host, line);
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Engine { server, said } => ErrorClass::Unknown.with_any(
                storage::hint(&server.host, said),
                "Docker's own words are all that is known",
            ),
            Self::Refused { server, said } => wrong.with_any(
                storage::hint(&server.host, said),
                "PostgreSQL's own words are all that is known",
            ),
            Self::NoContainer { .. } => wrong.with(Hint::Do(
                "bring up the shared stack that runs it, or set [database] container".to_owned(),
            )),
            Self::Stopped { server, .. } => {
                wrong.with(on(server, format!("sudo -n docker start {}", server.container)))
            }
            Self::Down { server, .. } | Self::ReadOnly { server, .. } => wrong
                .with(on(server, format!("sudo -n docker logs --tail 50 {}", server.container))),
            Self::WrongRole { .. } | Self::Denied { .. } => wrong.with(Hint::Do(
                "set [database] administrator to a superuser of that PostgreSQL".to_owned(),
            )),
            Self::Password { key, .. } => wrong.with(Remedy::SetEnv(key.clone())),
            Self::Read { .. } => {
                ErrorClass::Unknown.without("the message says what is wrong with the answer")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

/// Why the password could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoPassword {
    /// Compose did not print the content of the file.
    #[error(
        "Compose there does not print the file's values (it needs 2.28 or newer), or cannot read it"
    )]
    NotPrinted,
    /// The key has no value.
    #[error("it has no value")]
    NoValue,
    /// The value has several lines, and PostgreSQL's prompt takes one.
    #[error("it spans several lines")]
    SeveralLines,
}

impl OperatorError for NoPassword {
    fn classify(&self) -> Classified {
        ErrorClass::NotAsPlanned.without("the error that has it names the key, and how to set it")
    }
}

impl NoPassword {
    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "not_printed" => Some(Self::NotPrinted),
            "no_value" => Some(Self::NoValue),
            "several_lines" => Some(Self::SeveralLines),
            _ => None,
        }
    }
}

impl DatabaseError {
    /// Reads the error from psql's output. SQLSTATE codes are checked first: the text changes with
    /// the version and the server's language, the codes do not. Before a connection there is only
    /// text.
    pub(crate) fn read(server: &Server, stderr: &str) -> Self {
        let server = server.clone();
        let telling =
            |it: &&str| it.contains("ERROR:") || it.contains("FATAL:") || it.contains("error:");
        let line = stderr
            .lines()
            .find(telling)
            .or_else(|| stderr.lines().find(|it| !it.trim().is_empty()));
        let said = plain(line.unwrap_or("it printed nothing"), SAID_CHARS_MAX);
        let state = said.split_once("ERROR:").and_then(|(_, it)| it.trim().split_once(':'));
        match state.map(|(state, _)| state) {
            Some("25006") => return Self::ReadOnly { server, said },
            Some("42501") => return Self::Denied { server, said },
            Some("57P01" | "57P02" | "57P03") => return Self::Down { server, said },
            Some(_) => return Self::Refused { server, said },
            None => {}
        }
        let has = |words: &str| stderr.contains(words);
        if has("Cannot connect to the Docker daemon") || has("OCI runtime") {
            return Self::Engine { server, said };
        }
        let names_the_role = said.contains("role \"") || said.contains("user \"");
        if has("FATAL:") && names_the_role {
            return Self::WrongRole { server, said };
        }
        let down = [
            "could not connect",
            "connection to server",
            "the database system is",
            "server closed",
        ];
        if down.iter().any(|it| has(it)) {
            return Self::Down { server, said };
        }
        if has("No such container") {
            return Self::NoContainer { server };
        }
        if has("is not running") {
            return Self::Stopped { server, state: "not running".to_owned() };
        }
        Self::Refused { server, said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_psql_says_is_told_apart() {
        let server = Server {
            host: "hemma".parse().expect("a host"),
            container: "shared-postgres".parse().expect("a name"),
            administrator: "postgres".parse().expect("a name"),
        };
        let kind = |stderr: &str| {
            let error = DatabaseError::read(&server, stderr);
            serde_json::to_value(error).expect("it serializes")
        };
        let rows = [
            (
                "psql: error: connection to server on socket \"/var/run/postgresql/.s.PGSQL.5432\" failed: \
                 No such file or directory\n\tIs the server running locally and accepting connections?\n",
                "down",
            ),
            (
                "psql: error: connection to server on socket \"x\" failed: FATAL:  the database system is starting up\n",
                "down",
            ),
            (
                "psql: error: connection to server on socket \"x\" failed: FATAL:  role \"admin\" does not exist\n",
                "wrong_role",
            ),
            (
                "psql: error: connection to server on socket \"x\" failed: FATAL:  Peer authentication failed for user \"admin\"\n",
                "wrong_role",
            ),
            (
                "ERROR:  25006: cannot execute CREATE ROLE in a read-only transaction\nLOCATION:  x\n",
                "read_only",
            ),
            ("psql:<stdin>:3: ERROR:  42501: permission denied to create role\n", "denied"),
            ("ERROR:  42P04: database \"x\" already exists\n", "refused"),
            ("Error response from daemon: No such container: shared-postgres\n", "no_container"),
            ("Error response from daemon: Container 5f is not running\n", "stopped"),
            (
                "OCI runtime exec failed: exec failed: \"psql\": executable file not found\n",
                "engine",
            ),
            ("", "refused"),
        ];
        for (stderr, expected) in rows {
            let seen = kind(stderr);
            assert!(seen.get(expected).is_some(), "{stderr:?} gave {seen}");
        }
    }
}
