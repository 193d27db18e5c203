//! The PostgreSQL databases that the environment of a service names.

use serde::{Deserialize, Serialize};

use super::Line;
use super::variables::{filled, used};
use super::yaml::Node;

/// A PostgreSQL database that a service uses. Never a password: only the name of its variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseUse {
    /// The host's name, as the service reaches it.
    pub host: String,
    /// The role, if the files say it.
    pub role: Option<String>,
    /// The variable of `.env` that has the password.
    pub password_key: Option<String>,
    /// The database, if the files say it.
    pub database: Option<String>,
    /// The line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Line>,
}

/// The endings of a variable for the host of a database, and of its siblings.
const HOSTS: [&str; 4] = ["POSTGRES_HOST", "DB_HOST", "DATABASE_HOST", "PGHOST"];

/// The databases in an environment.
pub(super) fn of_environment(environment: &Node) -> Vec<DatabaseUse> {
    let entries = environment.entries();
    let mut all: Vec<DatabaseUse> = Vec::new();
    let by_url = entries.iter().filter_map(|(_, it)| of_url(it.text()?, it.line.as_ref()));
    let by_host = entries.iter().filter_map(|(key, it)| {
        let ending = HOSTS.iter().find(|host| key.ends_with(**host))?;
        let stem = key.strip_suffix(ending)?;
        let sibling = |names: &[&str]| {
            let family = ending.strip_suffix("HOST").unwrap_or_default();
            let find = |name: &&str| environment.text_at(&format!("{stem}{family}{name}"));
            names.iter().find_map(find)
        };
        Some(DatabaseUse {
            host: filled(it.text()?)?,
            role: sibling(&["USER", "USERNAME"]).and_then(filled),
            password_key: sibling(&["PASSWORD", "PASS"]).and_then(variable),
            database: sibling(&["NAME", "DB", "DATABASE"]).and_then(filled),
            line: it.line.clone(),
        })
    });
    for it in by_url.chain(by_host) {
        if !all.iter().any(|own| own.host == it.host && own.database == it.database) {
            all.push(it);
        }
    }
    all
}

/// The database of a URL: `postgresql+asyncpg://role:${PASSWORD}@host:5432/name`.
fn of_url(text: &str, line: Option<&Line>) -> Option<DatabaseUse> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.split('+').next()?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return None;
    }
    let (login, rest) = rest.rsplit_once('@')?;
    let (place, database) = rest.split_once('/').unwrap_or((rest, ""));
    // A variable's default may hold a colon.
    let at = login
        .find(':')
        .filter(|at| !login[..*at].contains("${"))
        .or_else(|| login.find("}:").map(|it| it + 1));
    let (role, password) = at.map_or((login, ""), |at| (&login[..at], &login[at + 1..]));
    let database = database.split(['?', '#']).next().unwrap_or_default();
    let some = |it: String| Some(it).filter(|it| !it.is_empty());
    let host = filled(place)?;
    Some(DatabaseUse {
        host: host.split(':').next().and_then(|it| some(it.to_owned()))?,
        role: filled(role).and_then(some),
        password_key: variable(password),
        database: filled(database).and_then(some),
        line: line.cloned(),
    })
}

/// The one variable of a text.
fn variable(text: &str) -> Option<String> {
    match &used(text)[..] {
        [it] => Some(it.name.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_read_from_its_url_and_its_password_is_a_variable() {
        let read = |text: &str| of_url(text, None);
        let it =
            read("postgresql+asyncpg://shop:${DB_PASSWORD:?}@pg:5432/shop?ssl=no").expect("one");
        assert_eq!((&*it.host, it.role.as_deref()), ("pg", Some("shop")));
        assert_eq!(it.password_key.as_deref(), Some("DB_PASSWORD"));
        assert_eq!(it.database.as_deref(), Some("shop"));
        let it = read("postgres://${DB_USER:-shop}:${PW}@${DB_HOST:-db}/x").expect("one");
        assert_eq!((&*it.host, it.role.as_deref()), ("db", Some("shop")));
        let it = read("postgres://shop:hunter2@db/x").expect("one");
        assert_eq!(it.password_key, None);
        assert!(!format!("{it:?}").contains("hunter2"));
        for none in ["mysql://a:b@c/d", "postgres://db/x", "postgres://a:b@${HOST}/x", "", "x"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
