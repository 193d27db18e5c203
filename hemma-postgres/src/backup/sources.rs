//! The databases that can be dumped.

use std::time::Duration;

use hemma_core::names::PgName;
use hemma_core::{Command, Live, Place, Question, Suggestions};
use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::databases::{DatabaseError, Server, refused_by_sudo};

/// A question for the databases of a PostgreSQL server and their sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// The PostgreSQL server.
    pub server: Server,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its size on the server's disk; its dump is smaller.
    pub bytes: u64,
}

const LIST: &str = "SELECT jsonb_build_object('name', datname, 'bytes', pg_database_size(datname)) \
    FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname";

impl Question for Sources {
    const KIND: &'static str = "database.sources";
    type Answer = Vec<Source>;
    type Error = BackupError;

    async fn ask(&self, live: &Live) -> Result<Vec<Source>, BackupError> {
        let server = self.server.clone();
        let on = Place::On(server.host.clone());
        let output = match live.run(&on, &self.command()).await {
            Ok(output) => output,
            Err(source) => return Err(BackupError::Ask { server, source }),
        };
        if let Some(source) = refused_by_sudo(&on, &output.stderr) {
            return Err(BackupError::Ask { server, source });
        }
        if !output.success() {
            return Err(DatabaseError::read(&server, &output.stderr).into());
        }
        let rows = output.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        rows.map_err(|source| DatabaseError::Read { server, reason: source.to_string() }.into())
    }
}

impl Sources {
    fn command(&self) -> Command {
        let psql = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"];
        Command::new("docker")
            .args(["exec", self.server.container.as_str(), "env", "LC_ALL=C"])
            .args(psql)
            .args(["-U", self.server.administrator.as_str(), "-d", "postgres", "-c", LIST])
            .sudo()
            .limit(Duration::from_secs(60))
    }
}

/// The requested databases with their sizes; the first one that does not exist is an error.
pub fn chosen(
    server: &Server,
    there: &[Source],
    asked: &[PgName],
) -> Result<Vec<(PgName, u64)>, BackupError> {
    let find = |name: &PgName| {
        let found = there.iter().find(|it| it.name == name.as_str());
        found.map(|it| (name.clone(), it.bytes)).ok_or_else(|| {
            let known = there.iter().map(|it| it.name.as_str());
            BackupError::NoDatabase {
                server: server.clone(),
                database: name.clone(),
                known: Suggestions::new(name.as_str(), known),
            }
        })
    };
    asked.iter().map(find).collect()
}
