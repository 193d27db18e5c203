//! A tunnel as a service, which the machine starts when its user logs in.
//!
//! The manager is launchd on macOS and systemd's user manager on Linux. Their files are rendered
//! from values: nothing in them has to be replaced by hand.

mod definition;
mod error;
mod install;
mod launch_agent;
mod leftovers;
mod systemd_unit;

use std::path::Path;

use definition::{LABEL, UNIT};
pub use definition::{Manager, Service};
pub use error::Error;
pub use install::{Install, Uninstall, Uninstalled};
pub use leftovers::{Leftover, Leftovers, RemoveLeftovers};

impl Service {
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
}

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
