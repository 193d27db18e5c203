//! Why a login at a registry is not known, or was not changed.

use hemma_core::names::{RegistryName, RegistryUser};
use hemma_core::{Classified, ErrorClass, ExecError, Hint, Host, NotRecorded, OperatorError};
use serde::{Deserialize, Serialize};

/// Why the logins of the engine's command line are not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoginsError {
    /// The command's answer is not known.
    #[error("could not look for docker's logins on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The file is not valid, and docker cannot read it, either.
    #[error("{file} on {host} is not a valid configuration of docker")]
    Read {
        /// The host.
        host: Host,
        /// The file.
        file: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

/// Why the engine's command line is not logged in to a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoginError {
    /// The command's answer is not known.
    #[error("could not find out whether docker on {host} is logged in to {registry}")]
    Ask {
        /// The host.
        host: Host,
        /// The registry.
        registry: RegistryName,
        /// Why not.
        source: ExecError,
    },
    /// The registry refused the user and the password. What was stored before is still there.
    #[error("{registry} refused the login of {user}: {said}")]
    Refused {
        /// The registry.
        registry: RegistryName,
        /// The user.
        user: RegistryUser,
        /// The last line of docker's output.
        said: String,
    },
    /// The registry took the login, and it could not be stored on the host.
    #[error("docker on {host} could not store the login for {registry}: {said}")]
    NotStored {
        /// The host.
        host: Host,
        /// The registry.
        registry: RegistryName,
        /// The last line of docker's output.
        said: String,
    },
    /// Another failure, such as a registry that does not answer: whether it would take the login is
    /// not known.
    #[error("docker on {host} could not log in to {registry}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The registry.
        registry: RegistryName,
        /// The last line of docker's output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

/// Why a login at a registry was not removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogoutError {
    /// The command's answer is not known.
    #[error("could not find out whether docker on {host} has no login for {registry} any more")]
    Ask {
        /// The host.
        host: Host,
        /// The registry.
        registry: RegistryName,
        /// Why not.
        source: ExecError,
    },
    /// docker failed.
    #[error("docker on {host} could not remove its login for {registry}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The registry.
        registry: RegistryName,
        /// The last line of docker's output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for LoginsError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Read { host, file } => {
                let look = Hint::on(host, format_args!("sudo cat {}", hemma_core::quote(file)));
                ErrorClass::NotAsPlanned.with(look)
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl OperatorError for LoginError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Refused { .. } => ErrorClass::NotAsPlanned.with(Hint::Do(
                "check the user and the password; most registries take an access token in place of \
                 the password, which needs the right to read packages"
                    .to_owned(),
            )),
            Self::NotStored { .. } => ErrorClass::NotAsPlanned.with(Hint::Do(
                "install the program that docker's config.json names in `credsStore` or \
                 `credHelpers` for root on the host, or remove that key"
                    .to_owned(),
            )),
            Self::Failed { host, registry, .. } => {
                let line = format!("curl --head https://{registry}/v2/");
                ErrorClass::Unknown.with(Hint::on(host, line))
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl OperatorError for LogoutError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { .. } => {
                ErrorClass::NotAsPlanned.without("docker's message says what it could not do")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}
