//! The state of the databases, as PostgreSQL reports it.

use std::collections::BTreeMap;

use hemma_core::names::PgName;
use serde::{Deserialize, Serialize};

use super::error::NoPassword;
use super::sql::{connect, literal};

/// The state of a server for one application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Databases {
    /// The version; `150006` is 15.6.
    pub version: u32,
    /// Whether the server accepts no changes: a standby, or one with that setting.
    pub read_only: bool,
    /// Whether the administrator may create roles and databases.
    pub may_create: bool,
    /// The application's role, if it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Every database by name, except templates.
    pub databases: BTreeMap<String, Database>,
    /// The result of a login with the password of `.env`.
    pub login: Login,
}

/// The application's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Whether the role may log in.
    pub can_login: bool,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// The owner.
    pub owner: String,
    /// Whether the owner is a superuser, as when the database was created without naming an owner.
    pub owner_is_superuser: bool,
    /// Whether the role may create tables in the `public` schema; known for required databases, and
    /// only if the role exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_may_create: Option<bool>,
}

/// The result of a login over the network, as the application does it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// The login succeeded.
    Accepted,
    /// The password was refused.
    Refused,
    /// The role does not exist.
    NoRole,
    /// No password could be read.
    NoPassword(NoPassword),
    /// The result is not known, for this reason.
    Unknown(String),
}

/// The statements of the look. They change nothing.
pub(super) fn look_statements(role: &PgName, wanted: &[PgName]) -> String {
    let role = literal(role.as_str());
    let mut sql = format!(
        "SELECT jsonb_build_object(\
         'version', current_setting('server_version_num')::int, \
         'read_only', pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool, \
         'may_create', (SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles \
         WHERE rolname = current_user), \
         'role', (SELECT jsonb_build_object('can_login', rolcanlogin) FROM pg_roles \
         WHERE rolname = {role}), \
         'databases', (SELECT coalesce(jsonb_object_agg(datname, jsonb_build_object(\
         'owner', rolname, 'owner_is_superuser', rolsuper)), '{{}}') \
         FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE NOT datistemplate));\n"
    );
    for database in wanted {
        let name = literal(database.as_str());
        sql += &[
            &format!(
                "SELECT EXISTS (SELECT FROM pg_database WHERE datname = {name}) AS there \\gset\n"
            ),
            "\\if :there\n",
            &connect(database),
            &format!(
                "\nSELECT jsonb_build_object('database', current_database(), 'role_may_create', \
                 (SELECT has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'CREATE') \
                 FROM pg_roles, pg_namespace WHERE rolname = {role} AND nspname = 'public'));\n"
            ),
            "\\endif\n",
        ]
        .concat();
    }
    sql
}

#[derive(Deserialize)]
struct Overview {
    version: u32,
    read_only: bool,
    may_create: bool,
    role: Option<Role>,
    databases: BTreeMap<String, Database>,
}

#[derive(Deserialize)]
struct Inside {
    database: String,
    role_may_create: Option<bool>,
}

/// Reads the output of [`look_statements`], a JSON object on each line.
pub(super) fn read(output: &str, login: Login) -> Result<Databases, String> {
    let mut lines = output.lines().filter(|it| !it.trim().is_empty());
    let first = lines.next().ok_or("it returned nothing")?;
    let seen: Overview = serde_json::from_str(first).map_err(|source| source.to_string())?;
    let mut databases = seen.databases;
    for line in lines {
        let inside: Inside = serde_json::from_str(line).map_err(|source| source.to_string())?;
        if let Some(database) = databases.get_mut(&inside.database) {
            database.role_may_create = inside.role_may_create;
        }
    }
    let (version, read_only, may_create) = (seen.version, seen.read_only, seen.may_create);
    Ok(Databases { version, read_only, may_create, role: seen.role, databases, login })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_postgresql_answers_is_read() {
        let output = r#"{"role": {"can_login": true}, "version": 150006, "databases": {"postgres": {"owner": "postgres", "owner_is_superuser": true}, "a\"b": {"owner": "u", "owner_is_superuser": false}}, "read_only": false, "may_create": true}
{"database": "a\"b", "role_may_create": true}
"#;
        let seen = read(output, Login::Accepted).expect("PostgreSQL's own words");
        assert_eq!(seen.databases["a\"b"].role_may_create, Some(true));
        assert_eq!(seen.databases["postgres"].role_may_create, None);
        assert!(read("", Login::NoRole).is_err() && read("FATAL", Login::NoRole).is_err());
    }
}
