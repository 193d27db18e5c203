//! Names that are checked once, where they are read, and then carry the proof.
//!
//! None of them can begin with `-`, so none can be taken for an option of a command.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Why a text cannot be such a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot be {what}: {reason}")]
pub struct NameError {
    text: String,
    what: &'static str,
    reason: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:ident $(, $default:literal)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                match $check(text) {
                    Ok(()) => Ok(Self(text.to_owned())),
                    Err(reason) => {
                        let text = text.escape_debug().to_string();
                        Err(NameError { text, what: $what, reason })
                    }
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        $(impl Default for $name {
            fn default() -> Self {
                Self($default.to_owned())
            }
        })?

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string" })
            }
        }
    };
}

name!(
    /// A Docker network.
    NetworkName, "a network name", check_docker_name, "hule-network"
);
name!(
    /// A compose project.
    ProjectName, "a project name", check_project_name, "huleedu"
);
name!(
    /// A compose file, relative to the checkout and inside it.
    ComposeFile, "a compose file", check_relative_path, "docker-compose.yml"
);
name!(
    /// A compose file of the operator's own, in the directory that the checkout lies in.
    OverlayFile, "an overlay file", check_file_name
);
name!(
    /// Where the repository is checked out on the host: absolute, or below `~/`.
    CheckoutPath, "a checkout directory", check_checkout, "~/apps/huleedu"
);
name!(
    /// A directory on the host: absolute, or below `~/`.
    HostDirectory, "a directory on the host", check_checkout, "~/backups"
);
name!(
    /// A container's name or id. It is a segment of the path that the engine is asked for, and has no
    /// slash that could lead elsewhere.
    ContainerName, "a container name", check_docker_name
);
name!(
    /// A role or a database of PostgreSQL. Any printable name that PostgreSQL keeps whole is one; it
    /// is quoted wherever it is used.
    PgName, "a name in PostgreSQL", check_pg_name
);
name!(
    /// The name of a variable in `.env`. Never a value.
    EnvKey, "a key of .env", check_env_key
);

fn check_file_name(text: &str) -> Result<(), &'static str> {
    check_relative_path(text)?;
    if text.contains('/') {
        return Err("it lies beside the checkout, so it is a name and no path");
    }
    Ok(())
}

/// Docker's own rule for names.
fn check_docker_name(text: &str) -> Result<(), &'static str> {
    let first = text.chars().next().ok_or("it is empty")?;
    if !first.is_ascii_alphanumeric() {
        return Err("it must begin with a letter or digit");
    }
    let taken = |it: char| it.is_ascii_alphanumeric() || "_.-".contains(it);
    text.chars().all(taken).then_some(()).ok_or("only letters, digits and _ . - are taken")
}

/// Compose's own rule for project names.
fn check_project_name(text: &str) -> Result<(), &'static str> {
    let first = text.chars().next().ok_or("it is empty")?;
    if !first.is_ascii_lowercase() && !first.is_ascii_digit() {
        return Err("it must begin with a lower-case letter or digit");
    }
    let taken = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_-".contains(it);
    text.chars().all(taken).then_some(()).ok_or("only lower-case letters, digits and _ - are taken")
}

fn check_relative_path(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.starts_with(['/', '~', '-']) {
        return Err("it must be relative to the checkout");
    }
    if text.split('/').any(|it| it == "..") {
        return Err("it must stay inside the checkout");
    }
    (!text.chars().any(char::is_control)).then_some(()).ok_or("it holds a control character")
}

fn check_checkout(text: &str) -> Result<(), &'static str> {
    let below = text.strip_prefix("~/").or_else(|| text.strip_prefix('/'));
    let below = below.ok_or("it must be absolute or begin with ~/")?;
    if below.trim_matches('/').is_empty() {
        return Err("it must be a directory of its own");
    }
    if below.split('/').any(|it| it == "..") {
        return Err("it must not contain `..`");
    }
    (!text.chars().any(char::is_control)).then_some(()).ok_or("it holds a control character")
}

/// PostgreSQL cuts a longer name off without an error, and then it is another name.
fn check_pg_name(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.len() > 63 {
        return Err("PostgreSQL keeps only 63 bytes of a name");
    }
    (!text.chars().any(char::is_control)).then_some(()).ok_or("it holds a control character")
}

/// What a shell takes for the name of a variable; Compose takes more, and nothing else does.
fn check_env_key(text: &str) -> Result<(), &'static str> {
    let first = text.chars().next().ok_or("it is empty")?;
    if !first.is_ascii_alphabetic() && first != '_' {
        return Err("it must begin with a letter or _");
    }
    let taken = |it: char| it.is_ascii_alphanumeric() || it == '_';
    text.chars().all(taken).then_some(()).ok_or("only letters, digits and _ are taken")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_s_name_cannot_leave_its_place() {
        for good in ["nginx-proxy", "huleedu_content_service", "4f1d", "a.b"] {
            assert!(good.parse::<ContainerName>().is_ok(), "{good:?} was refused");
        }
        for bad in ["", "-f", "_x", "a/b", "a b", "../x", "a?b", "a\nb", "å"] {
            assert!(bad.parse::<ContainerName>().is_err(), "{bad:?} was taken");
        }
    }
}
