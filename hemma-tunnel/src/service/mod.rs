//! A tunnel as a service, which the machine starts when its user logs in.
//!
//! The manager is launchd on macOS and systemd's user manager on Linux. Their files are rendered
//! from values: nothing in them has to be replaced by hand.

mod install;
mod launch_agent;
mod leftovers;
mod systemd_unit;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use install::{Error, Install, Uninstall, Uninstalled};
pub use leftovers::{Leftover, Leftovers, RemoveLeftovers};

/// The name of the service for launchd; systemd uses the last two words.
const LABEL: &str = "com.hemma.tunnel";

/// The service manager of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manager {
    /// macOS.
    Launchd,
    /// Linux.
    Systemd,
}

impl Manager {
    /// The service manager of this kind of machine.
    pub fn here() -> Self {
        if cfg!(target_os = "macos") { Self::Launchd } else { Self::Systemd }
    }
}

/// A tunnel as a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The service manager.
    pub manager: Manager,
    /// The user's home directory.
    pub home: PathBuf,
    /// The program, as an absolute path: a service has no working directory.
    pub program: PathBuf,
    /// The arguments of the program.
    pub arguments: Vec<String>,
    /// The `PATH` on which `ssh` and the programs of the ssh configuration are found.
    pub path: String,
    /// The ssh agent's socket, if it stays the same after a login; see [`lasting_agent`].
    pub agent: Option<String>,
    /// The file to which launchd writes output from before the tunnel's own log.
    pub log: PathBuf,
}

impl Service {
    /// The path of the service's file.
    pub fn file(&self) -> PathBuf {
        match self.manager {
            Manager::Launchd => self.home.join(format!("Library/LaunchAgents/{LABEL}.plist")),
            Manager::Systemd => self.home.join(".config/systemd/user").join(UNIT),
        }
    }

    /// The content of the service's file.
    pub fn text(&self) -> Result<String, Error> {
        if !self.program.is_absolute() {
            return Err(Error::Relative { path: self.program.clone() });
        }
        let control = |it: &String| it.chars().any(char::is_control);
        let words = self.arguments.iter().chain([&self.path]).chain(&self.agent);
        if let Some(word) = words.into_iter().find(|it| control(it)) {
            // A line end would begin a setting of its own.
            return Err(Error::Control { word: word.escape_debug().to_string() });
        }
        match self.manager {
            Manager::Launchd => launch_agent::render(self),
            Manager::Systemd => systemd_unit::render(self),
        }
    }

    fn environment(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let agent = self.agent.as_deref().map(|it| ("SSH_AUTH_SOCK", it));
        std::iter::once(("PATH", self.path.as_str())).chain(agent)
    }
}

const UNIT: &str = "hemma-tunnel.service";

/// The socket of an ssh agent, if it will still exist after the next login.
///
/// launchd gives every session a socket of its own, which its services already know, and
/// `ssh-agent` makes a new one for each login. A service with such a socket in its file would fail
/// after the next login.
pub fn lasting_agent(socket: &str) -> Option<&str> {
    let path = Path::new(socket);
    let passing = path.starts_with("/tmp") || socket.contains("com.apple.launchd.");
    (path.is_absolute() && !passing).then_some(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn service(manager: Manager) -> Service {
        Service {
            manager,
            home: "/home/someone".into(),
            program: "/home/someone/a dir/xtask".into(),
            arguments: ["tunnel", "run", "--host", "100% $HOME \"x\" \\"].map(str::to_owned).into(),
            path: "/usr/local/bin:/usr/bin:/bin".to_owned(),
            agent: Some("/run/user/1000/keyring/ssh".to_owned()),
            log: "/home/someone/.cache/hemma/service.log".into(),
        }
    }

    #[test]
    fn what_would_break_later_is_refused_now() {
        let mut relative = service(Manager::Systemd);
        relative.program = "target/debug/xtask".into();
        let mut injected = service(Manager::Systemd);
        injected.arguments.push("x\nExecStartPost=/bin/evil".to_owned());
        for bad in [relative, injected] {
            assert!(bad.text().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_an_agent_that_stays_is_written_down() {
        let rows = [
            ("/run/user/1000/keyring/ssh", true),
            ("/private/tmp/com.apple.launchd.XyZ/Listeners", false),
            ("/tmp/ssh-abc/agent.12", false),
            ("relative", false),
        ];
        for (socket, lasts) in rows {
            assert_eq!(lasting_agent(socket).is_some(), lasts, "{socket}");
        }
    }
}
