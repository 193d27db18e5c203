use hemma_postgres::databases::{self, DatabaseError};

use super::samples::{exec, known, made, missing, said, server};
use super::{Row, variants};

/// A database that was looked at and is wrong.
pub(crate) fn wrong() -> databases::Error {
    databases::Error::Look(DatabaseError::NoContainer { server: server() })
}

/// A database that could not be looked at.
pub(crate) fn unknown() -> databases::Error {
    databases::Error::Look(DatabaseError::Ask { server: server(), source: exec() })
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    variants!(rows, hemma_postgres::databases::DatabaseError,
        Unknown Ask { server: server(), source: exec() };
        Unknown Engine { server: server(), said: said() };
        NotAsPlanned NoContainer { server: server() };
        NotAsPlanned Stopped { server: server(), state: said() };
        NotAsPlanned Down { server: server(), said: said() };
        NotAsPlanned WrongRole { server: server(), said: said() };
        NotAsPlanned Denied { server: server(), said: said() };
        NotAsPlanned ReadOnly { server: server(), said: said() };
        NotAsPlanned Password {
            key: made("KEY"), reason: hemma_postgres::databases::NoPassword::NoValue
        };
        NotAsPlanned Refused { server: server(), said: said() };
        Unknown Read { server: server(), reason: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_postgres::databases::NoPassword,
        NotAsPlanned NotPrinted;
        NotAsPlanned NoValue;
        NotAsPlanned SeveralLines;
    );
    variants!(rows, hemma_postgres::databases::Error,
        Unknown Look(DatabaseError::Ask { server: server(), source: exec() });
        NotAsPlanned Step {
            statement: said(), source: DatabaseError::Refused { server: server(), said: said() }
        };
    );
    variants!(rows, hemma_postgres::backup::BackupError,
        Unknown Ask { server: server(), source: exec() };
        NotAsPlanned Server(DatabaseError::NoContainer { server: server() });
        NotAsPlanned NoDatabase { server: server(), database: made("app"), known: known() };
        NotAsPlanned Version { server: server(), said: said() };
        NotAsPlanned Locked { database: made("app"), said: said() };
        NotAsPlanned Failed { database: made("app"), said: said() };
        NotAsPlanned Incomplete { database: made("app"), reason: said() };
        NotAsPlanned DiskFull { path: said() };
        NotAsPlanned File { path: said(), reason: said() };
        NotAsPlanned Exists { path: said() };
        Unknown NotRecorded(missing());
    );
    rows
}
