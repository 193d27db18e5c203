//! A tunnel that the machine starts when its user logs in.
//!
//! launchd on macOS, systemd's user manager on Linux. What they are given is rendered from values:
//! nothing in it is for the reader to replace.

mod install;
mod launch_agent;
mod leftovers;
mod systemd_unit;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use install::{Error, Install, Uninstall, Uninstalled};
pub use leftovers::{Leftover, Leftovers, RemoveLeftovers};

/// Its name for launchd; systemd calls it by the last two words.
const LABEL: &str = "com.hemma.tunnel";

/// What starts services on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manager {
    /// macOS.
    Launchd,
    /// Linux.
    Systemd,
}

impl Manager {
    /// The one of this kind of machine.
    pub fn here() -> Self {
        if cfg!(target_os = "macos") { Self::Launchd } else { Self::Systemd }
    }
}

/// A tunnel as a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What starts it.
    pub manager: Manager,
    /// The user's home directory.
    pub home: PathBuf,
    /// The program, absolute: a service has no directory to look from.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it finds `ssh`, and what the user's ssh configuration calls.
    pub path: String,
    /// The ssh agent's socket, if there is one that outlives a login; see
    /// [`lasting_agent`].
    pub agent: Option<String>,
    /// Where launchd writes what it says before it has a log of its own.
    pub log: PathBuf,
}

impl Service {
    /// Where its file belongs.
    pub fn file(&self) -> PathBuf {
        match self.manager {
            Manager::Launchd => self.home.join(format!("Library/LaunchAgents/{LABEL}.plist")),
            Manager::Systemd => self.home.join(".config/systemd/user").join(UNIT),
        }
    }

    /// What is in its file.
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

/// An agent's socket that will be there after the next login as well.
///
/// launchd gives every session a socket of its own, and its services already know it; `ssh-agent`
/// makes a new one for each login. To write either down would break the service tomorrow.
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
