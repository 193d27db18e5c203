//! A host on this machine: an sshd with its own keys, and logins that last as long as a test.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hemma_core::{ExecError, Host, Live, Output, Place, SshOptions};
use tempfile::TempDir;

const SSHD: &str = "/usr/sbin/sshd";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A login on a host of its own.
pub(crate) struct Login {
    pub(crate) name: String,
    pub(crate) home: PathBuf,
    dir: TempDir,
    port: u16,
    sshd: Child,
}

impl Login {
    /// A new user with this shell. `None` where that cannot be had, which is said aloud.
    pub(crate) fn with(shell: &str) -> Option<Self> {
        Self::with_sshd(shell, "")
    }

    /// Starts a host with more lines in the configuration of sshd.
    pub(crate) fn with_sshd(shell: &str, more: &str) -> Option<Self> {
        for program in [SSHD, shell, "/usr/sbin/useradd"] {
            if !Path::new(program).exists() {
                skipped(&format!("there is no {program}"));
                return None;
            }
        }
        if !rustix::process::geteuid().is_root() {
            skipped("only root can make users");
            return None;
        }
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hemma-{}-{number}", std::process::id());
        let dir = tempfile::Builder::new().prefix("hemma-sshd-").tempdir_in("/tmp");
        let dir = dir.expect("a directory");
        let everybody = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(dir.path(), everybody).expect("it is ours");
        let home = dir.path().join("home");
        let mut useradd = program("useradd");
        useradd.args(["-m", "-p", "*", "-s", shell, "-k", "/var/empty", "-d"]).arg(&home);
        let made = useradd.arg(&name).stderr(Stdio::null()).status();
        assert!(made.expect("useradd starts").success(), "no user {name}");
        let (port, sshd) = sshd(dir.path(), more);
        Some(Self { name, home, dir, port, sshd })
    }

    /// A file in its home.
    pub(crate) fn file(&self, name: &str, text: &str) {
        let path = self.home.join(name);
        std::fs::create_dir_all(path.parent().expect("it is in a directory")).expect("writable");
        std::fs::write(path, text).expect("writable");
    }

    pub(crate) fn live(&self) -> Live {
        self.live_by("")
    }

    /// With more lines in the operator's ssh configuration.
    pub(crate) fn live_by(&self, more: &str) -> Live {
        Live::new(SshOptions { config_file: Some(self.ssh_config(more)), ..SshOptions::default() })
    }

    pub(crate) fn ssh_config(&self, more: &str) -> PathBuf {
        let (dir, port, name) = (self.dir.path().display(), self.port, &self.name);
        let file = self.dir.path().join("ssh_config");
        let text = format!(
            "Host hemma\n  HostName 127.0.0.1\n  Port {port}\n  User {name}\n  \
             IdentityFile {dir}/user_key\n  IdentitiesOnly yes\n  IdentityAgent none\n  \
             UserKnownHostsFile {dir}/known_hosts\n  GlobalKnownHostsFile /dev/null\n{more}\n"
        );
        std::fs::write(&file, text).expect("writable");
        file
    }

    /// What a command answers over a connection of its own.
    pub(crate) async fn answers(
        &self,
        command: &hemma_core::Command,
    ) -> (Result<Output, ExecError>, Live) {
        let live = self.live();
        let answer = live.run(&on_host(), command).await;
        (answer, live)
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        let _ = self.sshd.kill();
        let _ = self.sshd.wait();
        let _ = program("pkill").args(["-KILL", "-u", &self.name]).status();
        // It cannot be removed as long as a process of it is there.
        for _ in 0..50 {
            let removed = program("userdel").arg(&self.name).stderr(Stdio::null()).status();
            if removed.is_ok_and(|it| it.success()) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = std::fs::remove_file(sudoers(&self.name));
    }
}

pub(crate) fn sudoers(login: &str) -> PathBuf {
    Path::new("/etc/sudoers.d").join(login)
}

pub(crate) fn host() -> Host {
    "hemma".parse().expect("a plain word")
}

pub(crate) fn on_host() -> Place {
    Place::On(host())
}

#[expect(clippy::disallowed_methods, reason = "the outside of the test is not the tool's")]
pub(crate) fn program(name: &str) -> Command {
    Command::new(name)
}

/// Said loudly, because a skipped test looks like one that passed.
#[expect(clippy::print_stderr, reason = "a test speaks to whoever runs it")]
pub(crate) fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

fn sshd(dir: &Path, more: &str) -> (u16, Child) {
    for key in ["host_key", "user_key"] {
        let mut keygen = program("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(dir.join(key));
        let made = keygen.stdin(Stdio::null()).status();
        assert!(made.expect("ssh-keygen starts").success(), "no {key} was made");
    }
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback is there");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let public = |key: &str| std::fs::read_to_string(dir.join(key)).expect("just made");
    let known = format!("[127.0.0.1]:{port} {}", public("host_key.pub"));
    std::fs::write(dir.join("known_hosts"), known).expect("writable");
    std::fs::write(dir.join("authorized_keys"), public("user_key.pub")).expect("writable");
    let text = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host_key\nPidFile none\n\
         AuthorizedKeysFile {0}/authorized_keys\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nMaxStartups 100\nUseDNS no\n{more}\n",
        dir.display()
    );
    std::fs::write(dir.join("sshd_config"), text).expect("writable");
    // Debian's sshd wants its empty directory even where nothing is separated.
    let _ = std::fs::create_dir("/run/sshd");
    let log = std::fs::File::create(dir.join("log")).expect("writable");
    let sshd =
        program(SSHD).args(["-D", "-e", "-f"]).arg(dir.join("sshd_config")).stderr(log).spawn();
    let mut sshd = sshd.expect("sshd starts");
    // To try its port would now and then meet itself, where ports are given out in order.
    let mut said = String::new();
    for _ in 0..500 {
        said = std::fs::read_to_string(dir.join("log")).expect("just made");
        if said.contains("Server listening") {
            return (port, sshd);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = sshd.kill();
    let _ = sshd.wait();
    panic!("sshd did not listen within 5 s: {said}");
}

/// Ends the connections of a run.
pub(crate) async fn close(live: &Live) {
    live.close().await;
}
