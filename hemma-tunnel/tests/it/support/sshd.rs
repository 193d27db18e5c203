//! An unprivileged sshd with its own keys.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

const PROGRAM: &str = "/usr/sbin/sshd";

pub(crate) struct Sshd {
    dir: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Sshd {
    pub(crate) async fn start() -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            super::skipped(&format!("there is no {PROGRAM}; install openssh-server"));
            return None;
        }
        let dir =
            tempfile::Builder::new().prefix("hemma-sshd-").tempdir_in("/tmp").expect("a directory");
        for key in ["host_key", "user_key"] {
            let args = ["-q", "-t", "ed25519", "-N", "", "-f"];
            assert!(run("ssh-keygen", &args, &dir.path().join(key)).await, "no {key} was made");
        }
        let user_key = std::fs::read_to_string(dir.path().join("user_key.pub")).expect("just made");
        std::fs::write(dir.path().join("authorized_keys"), user_key).expect("writable");
        let mut sshd = Self { port: free_port(), dir, child: None };
        sshd.configure("");
        sshd.up().await;
        Some(sshd)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Writes the configuration, with `more` at its end; takes effect at the next start.
    pub(crate) fn configure(&self, more: &str) {
        let (dir, port) = (self.dir.path().display(), self.port);
        let text = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {dir}/host_key\nPidFile none\n\
             AuthorizedKeysFile {dir}/authorized_keys\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nPermitRootLogin yes\nMaxStartups 100\nUseDNS no\n{more}\n"
        );
        std::fs::write(self.dir.path().join("sshd_config"), text).expect("writable");
    }

    /// The operator's own configuration, as it were.
    pub(crate) fn write_client_config(&self, port: u16) {
        let dir = self.dir.path().display();
        let host_key =
            std::fs::read_to_string(self.dir.path().join("host_key.pub")).expect("just made");
        std::fs::write(self.dir.path().join("known_hosts"), format!("hemma {host_key}"))
            .expect("writable");
        let text = format!(
            "Host hemma\n  HostName 127.0.0.1\n  Port {port}\n  HostKeyAlias hemma\n  \
             IdentityFile {dir}/user_key\n  IdentitiesOnly yes\n  IdentityAgent none\n  \
             UserKnownHostsFile {dir}/known_hosts\n  GlobalKnownHostsFile /dev/null\n"
        );
        std::fs::write(self.client_config(), text).expect("writable");
    }

    pub(crate) fn client_config(&self) -> PathBuf {
        self.dir.path().join("ssh_config")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) async fn up(&mut self) {
        // Debian's sshd wants its empty directory even where nothing is separated.
        let _ = std::fs::create_dir("/run/sshd");
        let mut command = command(PROGRAM);
        command.arg("-D").arg("-f").arg(self.dir.path().join("sshd_config"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.kill_on_drop(true).spawn().expect("sshd starts"));
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("sshd did not listen within 2 s");
    }

    /// Ends the listener. Connections that it made are processes of their own and stay.
    pub(crate) async fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("it is ours");
        }
    }
}

async fn run(program: &str, args: &[&str], last: &Path) -> bool {
    let status = command(program).args(args).arg(last).stdin(Stdio::null()).status().await;
    status.expect("it starts").success()
}

#[expect(clippy::disallowed_methods, reason = "the outside of the test is not the tool's")]
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback is there");
    listener.local_addr().expect("bound").port()
}
