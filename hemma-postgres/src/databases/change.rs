//! Carries out one step at a time.

use std::time::Duration;

use hemma_core::names::{CheckoutPath, EnvKey, PgName};
use hemma_core::{Applied, Cancel, Change, Command, Live, OperatorError, Place, Progress};
use serde::{Deserialize, Serialize};

use super::error::{DatabaseError, NoPassword};
use super::look::{BEGIN, parameters, refused_by_sudo};
use super::sql::set_password;
use super::{Server, Step};

const STATEMENT: &str = r#"
psql -U "$a" -d postgres
"#;

/// psql reads the password from the terminal, and without a terminal from its input.
const PASSWORD: &str = r#"
password
[ -z "$why" ] || { echo "no_password=$why"; exit 72; }
printf '%s\n%s\n' "$pw" "$pw" | psql -U "$a" -d postgres -c "$1"
"#;

/// A change that carries out one [`Step`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeStep {
    /// The PostgreSQL server.
    pub server: Server,
    /// The checkout, whose `.env` is used.
    pub checkout: CheckoutPath,
    /// The application's role.
    pub role: PgName,
    /// The key of its password.
    pub password_key: EnvKey,
    /// The step.
    pub step: Step,
}

impl Change for TakeStep {
    const KIND: &'static str = "database.step";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = ();
    type Error = DatabaseError;

    fn describe(&self) -> String {
        format!("in {}: {}", self.server.container, self.step.statement(&self.role))
    }

    async fn apply(&self, live: &Live, _: &Progress) -> Result<(), DatabaseError> {
        let server = self.server.clone();
        let on = Place::On(server.host.clone());
        let output = match live.run(&on, &self.command()).await {
            Ok(output) => output,
            Err(source) => return Err(DatabaseError::Ask { server, source }),
        };
        if output.success() {
            return Ok(());
        }
        if let Some(source) = refused_by_sudo(&on, &output.stderr) {
            return Err(DatabaseError::Ask { server, source });
        }
        let word = output.stdout.lines().find_map(|it| it.strip_prefix("no_password="));
        if let Some(reason) = word.and_then(NoPassword::read) {
            return Err(DatabaseError::Password { key: self.password_key.clone(), reason });
        }
        Err(DatabaseError::read(&server, &output.stderr))
    }

    /// PostgreSQL carries out a statement as a whole or not at all.
    fn extent(outcome: Result<&(), &DatabaseError>) -> Applied {
        outcome.map_or_else(|it| Applied::of_failure(it.is_known()), |()| Applied::Full)
    }
}

impl TakeStep {
    fn command(&self) -> Command {
        let parameters = parameters(&self.server, &self.checkout, &self.role, &self.password_key);
        let command = if self.step == Step::SetPassword {
            let script = format!("{BEGIN}{PASSWORD}");
            Command::script(&script, parameters).arg(set_password(&self.role))
        } else {
            let script = format!("{BEGIN}{STATEMENT}");
            Command::script(&script, parameters).stdin(self.step.script(&self.role))
        };
        // A database is a copy of a template, which takes long on a slow disk.
        command.named("change PostgreSQL").limit(Duration::from_secs(5 * 60))
    }
}
