//! The findings about the databases.

use hemma_core::{Finding, Hint, OperatorError, Report, Verdict, World, causes};

use super::{DatabaseSpec, Databases, Error, Login, Server, look, steps};
use crate::Remedy;
use crate::ids;

/// Checks that the role and the databases exist, and that the role owns them.
pub async fn verify(world: &World, spec: &DatabaseSpec) -> Report {
    match look(world, spec).await {
        Ok(seen) => findings(spec, &seen).into_iter().collect(),
        Err(error) => Report::from_iter([of_error(&spec.server, &error)]),
    }
}

/// The finding for an error.
pub fn of_error(server: &Server, error: &Error) -> Finding {
    let subject = server.container.to_string();
    let finding = match error {
        // The state was looked at: PostgreSQL is down, for example. That is `Fail` and not
        // `Unknown`.
        Error::Look(source) if source.is_known() => {
            Finding::fail(ids::POSTGRES_UNUSABLE, subject, causes(source))
        }
        _ => Finding::unknown(ids::POSTGRES_UNSEEN, subject, error),
    };
    finding.hint(error.hint())
}

/// The findings about a state that was seen.
pub fn findings(spec: &DatabaseSpec, seen: &Databases) -> Vec<Finding> {
    let server = of_server(spec, seen);
    if server.verdict != Verdict::Pass {
        // Nothing else can be repaired before that, so it is the only finding.
        return vec![server];
    }
    let mut findings = vec![server, of_role(spec, seen)];
    findings.extend(of_databases(spec, seen));
    findings
}

/// The problems that no step repairs.
pub fn unmended(spec: &DatabaseSpec, seen: &Databases) -> Vec<Finding> {
    let left = |it: &Finding| {
        it.verdict != Verdict::Pass && it.hint != Some(Remedy::CreateDatabases.into())
    };
    findings(spec, seen).into_iter().filter(left).collect()
}

fn of_server(spec: &DatabaseSpec, seen: &Databases) -> Finding {
    let container = spec.server.container.to_string();
    let version = format!("PostgreSQL {}.{}", seen.version / 10_000, seen.version % 10_000);
    if seen.read_only {
        let detail = format!("{version} is read-only: a standby, or default_transaction_read_only");
        let hint = "if it is not a standby: ALTER SYSTEM RESET default_transaction_read_only, and then \
                    SELECT pg_reload_conf()";
        return Finding::fail(ids::POSTGRES_READ_ONLY, container, detail)
            .hint(Hint::Do(hint.to_owned()));
    }
    if !seen.may_create {
        let administrator = &spec.server.administrator;
        let detail = format!("{version}: `{administrator}` may not create roles and databases");
        let hint = "set [database] administrator to a superuser of that PostgreSQL";
        return Finding::fail(ids::POSTGRES_ADMINISTRATOR_POWERLESS, container, detail)
            .hint(Hint::Do(hint.to_owned()));
    }
    Finding::pass(ids::POSTGRES_READY, container, version)
}

fn of_role(spec: &DatabaseSpec, seen: &Databases) -> Finding {
    let subject = format!("role {}", spec.role);
    let key = &spec.password_key;
    let Some(role) = &seen.role else {
        return Finding::fail(ids::ROLE_MISSING, subject, "there is no such role")
            .remedy(Remedy::CreateDatabases);
    };
    if !role.can_login {
        return Finding::fail(ids::ROLE_NO_LOGIN, subject, "it is not allowed to log in")
            .remedy(Remedy::CreateDatabases);
    }
    match &seen.login {
        Login::Accepted => {
            Finding::pass(ids::ROLE_LOGS_IN, subject, format!("can log in with {key} of .env"))
        }
        Login::Refused => Finding::fail(
            ids::ROLE_PASSWORD_REFUSED,
            subject,
            format!("cannot log in with {key} of .env"),
        )
        .remedy(Remedy::CreateDatabases),
        Login::NoPassword(reason) => Finding::unseen(
            ids::ROLE_PASSWORD_UNSEEN,
            subject,
            format!("{key} of .env could not be tried: {reason}"),
        )
        .remedy(Remedy::CheckEnvFile),
        Login::Unknown(said) => Finding::unseen(
            ids::ROLE_LOGIN_UNSEEN,
            subject,
            format!("{key} of .env could not be tried: {said}"),
        ),
        Login::NoRole => Finding::unseen(ids::ROLE_LOGIN_UNSEEN, subject, "no login was tried"),
    }
}

fn of_databases(spec: &DatabaseSpec, seen: &Databases) -> Vec<Finding> {
    let (role, wanted) = (&spec.role, &spec.databases);
    let steps = steps(seen, role, wanted);
    let mut sound = 0_usize;
    let mut findings = Vec::new();
    for name in wanted {
        let subject = format!("database {name}");
        let about_it = steps.iter().find(|it| it.database() == Some(name));
        let database = seen.databases.get(name.as_str());
        match (database, about_it) {
            (None, _) => {
                findings.push(
                    Finding::fail(ids::DATABASE_MISSING, subject, "it does not exist")
                        .remedy(Remedy::CreateDatabases),
                );
            }
            (Some(database), Some(_)) if database.owner == role.as_str() => {
                let detail = format!("{role} may not create tables in its public schema");
                findings.push(
                    Finding::fail(ids::DATABASE_SCHEMA_CLOSED, subject, detail)
                        .remedy(Remedy::CreateDatabases),
                );
            }
            (Some(database), Some(_)) => {
                let detail =
                    format!("it belongs to {}, so {role} may not create tables", database.owner);
                findings.push(
                    Finding::fail(ids::DATABASE_OWNED_BY_SUPERUSER, subject, detail)
                        .remedy(Remedy::CreateDatabases),
                );
            }
            (Some(database), None) if database.owner != role.as_str() => {
                let detail = format!("it belongs to {}, which is not a superuser", database.owner);
                let hint = "find out whose data it is; hemma takes no database from another role";
                findings.push(
                    Finding::fail(ids::DATABASE_OWNED_BY_ANOTHER, subject, detail)
                        .hint(Hint::Do(hint.to_owned())),
                );
            }
            (Some(_), None) => sound += 1,
        }
    }
    if sound > 0 {
        let detail = format!("{sound} of {} exist and belong to {role}", wanted.len());
        findings.insert(0, Finding::pass(ids::DATABASE_PRESENT, "databases", detail));
    }
    findings
}
