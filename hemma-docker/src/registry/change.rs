//! Logging the engine's command line in to a registry, and out of it.

use std::time::Duration;

use hemma_core::names::{RegistryName, RegistryUser};
use hemma_core::{Cancel, Change, Command, HIDDEN, Host, Live, Place, Progress, Secret};
use serde::{Deserialize, Serialize};

use super::error::{LoginError, LogoutError};
use super::reason::Reason;

/// How long a registry may take.
const LIMIT: Duration = Duration::from_secs(120);

/// The shortest password that is looked for in docker's messages; a shorter one is a part of any
/// word.
const FOUND_BYTES_MIN: usize = 4;

/// Logs `docker` under sudo in to a registry, which checks the user and the password. docker stores
/// them in its `config.json`, or in the program that this file names. A login that was stored before
/// is replaced only when the registry has taken the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogIn {
    /// The host.
    pub host: Host,
    /// The registry.
    pub registry: RegistryName,
    /// The user.
    pub user: RegistryUser,
    /// The password or token. It reaches docker on standard input.
    pub password: Secret,
}

/// Removes the login of `docker` under sudo for a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogOut {
    /// The host.
    pub host: Host,
    /// The registry.
    pub registry: RegistryName,
}

/// The registry as an argument of docker, which takes Docker Hub for the one that is not named.
fn argument(registry: &RegistryName) -> Option<&str> {
    (!registry.is_docker_hub()).then_some(registry.as_str())
}

impl LogIn {
    fn command(&self) -> Command {
        Command::new("docker")
            .args(["login", "--password-stdin"])
            .arg(format!("--username={}", self.user))
            .args(argument(&self.registry))
            .stdin_secret(self.password.clone())
            .sudo()
            .limit(LIMIT)
    }

    /// The error for the message of a docker that failed.
    fn failed(&self, said: &str) -> LoginError {
        let password = self.password.reveal().trim_end_matches(['\n', '\r']);
        let said = if password.len() < FOUND_BYTES_MIN {
            said.to_owned()
        } else {
            said.replace(password, HIDDEN)
        };
        let (host, registry) = (self.host.clone(), self.registry.clone());
        if ["storing credentials", "saving credentials"].iter().any(|it| said.contains(it)) {
            return LoginError::NotStored { host, registry, said };
        }
        match Reason::read(&said) {
            Some(Reason::Login) => LoginError::Refused { registry, user: self.user.clone(), said },
            _ => LoginError::Failed { host, registry, said },
        }
    }
}

impl Change for LogIn {
    const KIND: &'static str = "docker.log-in";
    /// docker writes its file in one step, at the end.
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = LoginError;

    fn describe(&self) -> String {
        format!("log docker on {} in to {} as {}", self.host, self.registry, self.user)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), LoginError> {
        let (host, registry) = (self.host.clone(), self.registry.clone());
        match live.run(&Place::On(host.clone()), &self.command()).await {
            Err(source) => Err(LoginError::Ask { host, registry, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(self.failed(output.last_words())),
        }
    }
}

impl Change for LogOut {
    const KIND: &'static str = "docker.log-out";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = LogoutError;

    fn describe(&self) -> String {
        format!("log docker on {} out of {}", self.host, self.registry)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), LogoutError> {
        let (host, registry) = (self.host.clone(), self.registry.clone());
        let command = Command::new("docker").arg("logout").args(argument(&registry)).sudo();
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(LogoutError::Ask { host, registry, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let said = output.last_words().to_owned();
                Err(LogoutError::Failed { host, registry, said })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_in(registry: &str) -> LogIn {
        LogIn {
            host: "h".parse().expect("an alias"),
            registry: registry.parse().expect("a registry"),
            user: "robot$x".parse().expect("a user"),
            password: Secret::new("hunter2\n"),
        }
    }

    #[test]
    fn the_password_is_on_no_command_line_and_in_no_journal() {
        let change = log_in("ghcr.io");
        let line = "sudo -n docker login --password-stdin '--username=robot$x' ghcr.io";
        assert_eq!(change.command().to_string(), line);
        let hub = log_in("docker.io").command().to_string();
        assert_eq!(hub, "sudo -n docker login --password-stdin '--username=robot$x'");
        let written = [
            serde_json::to_string(&change).expect("it serializes"),
            serde_json::to_string(&change.command()).expect("it serializes"),
            format!("{change:?} {}", change.describe()),
        ];
        assert!(!written.concat().contains("hunter2"), "{written:?}");
    }

    #[test]
    fn what_docker_says_is_told_apart() {
        let change = log_in("ghcr.io");
        let kind = |said: &str| match change.failed(said) {
            LoginError::Refused { .. } => "refused",
            LoginError::NotStored { .. } => "not stored",
            LoginError::Failed { .. } => "failed",
            other => panic!("{other}"),
        };
        let rows = [
            ("Error response from daemon: Get \"https://ghcr.io/v2/\": denied: denied", "refused"),
            (
                "Error response from daemon: login attempt to http://127.0.0.1:5000/v2/ failed with \
                 status: 401 Unauthorized",
                "refused",
            ),
            (
                "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": unauthorized: \
                 incorrect username or password",
                "refused",
            ),
            (
                "Error saving credentials: error storing credentials - err: exec: \
                 \"docker-credential-pass\": executable file not found in $PATH, out: ``",
                "not stored",
            ),
            (
                "Error response from daemon: Get \"https://ghcr.io/v2/\": dial tcp: lookup ghcr.io: no \
                 such host",
                "failed",
            ),
        ];
        for (said, expected) in rows {
            assert_eq!(kind(said), expected, "{said}");
        }
        let said = change.failed("denied: hunter2 is wrong").to_string();
        assert_eq!(said, "ghcr.io refused the login of robot$x: denied: [hidden] is wrong");
    }
}
