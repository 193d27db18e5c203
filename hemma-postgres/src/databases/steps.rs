//! The missing parts, and the statements that create them.

use hemma_core::names::PgName;
use serde::{Deserialize, Serialize};

use super::sql::{connect, identifier, literal};
use super::state::{Database, Databases, Login};

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Create the role.
    CreateRole,
    /// Let the role log in.
    AllowLogin,
    /// Set the role's password to that of `.env`.
    SetPassword,
    /// Create a database that the role owns.
    CreateDatabase(PgName),
    /// Make the role the owner of a database that a superuser owns.
    GiveDatabase(PgName),
    /// Let the role create tables in the `public` schema of a database, which PostgreSQL 15 and newer
    /// forbid by default.
    OpenSchema(PgName),
}

impl Step {
    /// The statement, as a plan shows it.
    pub fn statement(&self, role: &PgName) -> String {
        let role = identifier(role);
        match self {
            Self::CreateRole => format!("CREATE ROLE {role} LOGIN;"),
            Self::AllowLogin => format!("ALTER ROLE {role} LOGIN;"),
            Self::SetPassword => format!("ALTER ROLE {role} PASSWORD {};", hemma_core::HIDDEN),
            Self::CreateDatabase(name) => {
                format!("CREATE DATABASE {} OWNER {role};", identifier(name))
            }
            Self::GiveDatabase(name) => {
                format!("ALTER DATABASE {} OWNER TO {role};", identifier(name))
            }
            Self::OpenSchema(_) => format!("GRANT USAGE, CREATE ON SCHEMA public TO {role};"),
        }
    }

    /// The reason for the step.
    pub fn reason(&self) -> String {
        match self {
            Self::CreateRole => "the application logs in as it".to_owned(),
            Self::AllowLogin => "it is not allowed to log in".to_owned(),
            Self::SetPassword => "so that it can log in with the password of .env".to_owned(),
            Self::CreateDatabase(_) => "it is missing".to_owned(),
            Self::GiveDatabase(_) => {
                "it belongs to a superuser, and only its owner may create tables".to_owned()
            }
            Self::OpenSchema(name) => format!("in {name} its role may not create tables"),
        }
    }

    /// The database of the step, if it has one.
    pub(super) fn database(&self) -> Option<&PgName> {
        match self {
            Self::CreateDatabase(name) | Self::GiveDatabase(name) | Self::OpenSchema(name) => {
                Some(name)
            }
            Self::CreateRole | Self::AllowLogin | Self::SetPassword => None,
        }
    }

    /// The input of psql; safe to repeat. A password is not set this way.
    pub(super) fn script(&self, role: &PgName) -> String {
        let statement = self.statement(role);
        match self {
            Self::CreateRole => unless(&statement, "pg_roles WHERE rolname", role),
            // PostgreSQL creates no database inside a transaction, and psql runs several statements
            // of one `-c` in one; statements on its input run separately.
            Self::CreateDatabase(name) => unless(&statement, "pg_database WHERE datname", name),
            Self::OpenSchema(name) => format!("{}\n{statement}\n", connect(name)),
            Self::AllowLogin | Self::SetPassword | Self::GiveDatabase(_) => {
                format!("{statement}\n")
            }
        }
    }
}

/// A script that runs the statement unless a row for `name` exists. `\gexec` runs it from a text.
fn unless(statement: &str, rows: &str, name: &PgName) -> String {
    let (statement, name) = (literal(statement.trim_end_matches(';')), literal(name.as_str()));
    format!("SELECT {statement} WHERE NOT EXISTS (SELECT FROM {rows} = {name})\\gexec\n")
}

/// The steps in order; empty if nothing is missing.
///
/// A database of another role is not taken from it: a person has to decide that.
pub fn steps(seen: &Databases, role: &PgName, wanted: &[PgName]) -> Vec<Step> {
    let mut steps = Vec::new();
    match &seen.role {
        None => steps.extend([Step::CreateRole, Step::SetPassword]),
        Some(role) => {
            if !role.can_login {
                steps.push(Step::AllowLogin);
            }
            if seen.login == Login::Refused {
                steps.push(Step::SetPassword);
            }
        }
    }
    for name in wanted {
        match seen.databases.get(name.as_str()) {
            None => steps.push(Step::CreateDatabase(name.clone())),
            Some(database) if database.owner == role.as_str() => {
                if database.role_may_create == Some(false) {
                    steps.push(Step::OpenSchema(name.clone()));
                }
            }
            Some(Database { owner_is_superuser: true, .. }) => {
                steps.push(Step::GiveDatabase(name.clone()));
            }
            Some(_) => {}
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::databases::Role;

    fn name(text: &str) -> PgName {
        text.parse().expect("a name")
    }

    fn shown(seen: &Databases, wanted: &[&str]) -> Vec<String> {
        let wanted: Vec<_> = wanted.iter().map(|it| name(it)).collect();
        steps(seen, &name("app"), &wanted).iter().map(|it| it.statement(&name("app"))).collect()
    }

    #[test]
    fn what_is_missing_is_made_and_what_is_somebody_else_s_is_left() {
        let database = |owner: &str, role_may_create| Database {
            owner: owner.to_owned(),
            owner_is_superuser: owner == "postgres",
            role_may_create,
        };
        let mut seen = Databases {
            version: 150_006,
            read_only: false,
            may_create: true,
            role: None,
            databases: [
                ("made".to_owned(), database("postgres", Some(false))),
                ("old".to_owned(), database("app", Some(false))),
                ("theirs".to_owned(), database("other", Some(false))),
                ("fine".to_owned(), database("app", Some(true))),
            ]
            .into(),
            login: Login::NoRole,
        };
        let wanted = ["made", "old", "theirs", "fine", "new"];
        assert_eq!(
            shown(&seen, &wanted),
            [
                "CREATE ROLE \"app\" LOGIN;",
                "ALTER ROLE \"app\" PASSWORD [hidden];",
                "ALTER DATABASE \"made\" OWNER TO \"app\";",
                "GRANT USAGE, CREATE ON SCHEMA public TO \"app\";",
                "CREATE DATABASE \"new\" OWNER \"app\";",
            ]
        );
        seen.role = Some(Role { can_login: false });
        seen.login = Login::Refused;
        assert_eq!(
            shown(&seen, &[]),
            ["ALTER ROLE \"app\" LOGIN;", "ALTER ROLE \"app\" PASSWORD [hidden];"]
        );
        seen.role = Some(Role { can_login: true });
        seen.login = Login::Accepted;
        assert!(shown(&seen, &["fine"]).is_empty());
    }

    #[test]
    fn a_database_is_made_once_and_outside_a_transaction() {
        let step = Step::CreateDatabase(name("it's \"x\""));
        assert_eq!(
            step.script(&name("app")),
            "SELECT 'CREATE DATABASE \"it''s \"\"x\"\"\" OWNER \"app\"' WHERE NOT EXISTS \
             (SELECT FROM pg_database WHERE datname = 'it''s \"x\"')\\gexec\n"
        );
    }
}
