//! The compared ways to a port of the host, each with its own processes.

use std::ffi::OsStr;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

/// The options of the runbook's script.
const RUNBOOK: [&str; 6] = [
    "-o",
    "ServerAliveInterval=30",
    "-o",
    "ServerAliveCountMax=3",
    "-o",
    "ExitOnForwardFailure=yes",
];

/// An open way, and its port on this machine. Closes when it is dropped.
pub(super) struct Way {
    pub(super) port: u16,
    process: Child,
}

impl Way {
    /// `hemma tunnel run`, as it runs in the background.
    pub(super) fn ours(told: &str, port: u16) -> io::Result<Self> {
        let program = std::env::current_exe()?;
        Self::start(command(program).args(["tunnel", "run", "--told", told]), port)
    }

    /// `ssh -L` alone.
    pub(super) fn ssh(config: &Path, remote: u16) -> io::Result<Self> {
        let port = free_port()?;
        let mut ssh = command("ssh");
        Self::start(ssh.args(["-N", "-F"]).arg(config).args(forward(port, remote)), port)
    }

    /// autossh with the runbook's options. It has its own address, so that the port is the right
    /// one.
    pub(super) fn autossh(config: &Path, remote: u16) -> io::Result<Self> {
        let port = free_port()?;
        let mut autossh = command("autossh");
        autossh.args(["-M", "0", "-N"]).args(RUNBOOK).arg("-F").arg(config);
        Self::start(autossh.args(forward(port, remote)), port)
    }

    fn start(command: &mut Command, port: u16) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self { port, process: command.kill_on_drop(true).spawn()? })
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }

    /// Ends the way with its child processes: autossh leaves its ssh behind when it is killed.
    pub(super) async fn end(mut self) {
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            // It fails only if the process is gone already.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.process.wait().await;
    }
}

#[expect(clippy::disallowed_methods, reason = "what is measured must run next to the measuring")]
fn command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

fn forward(port: u16, remote: u16) -> [String; 3] {
    ["-L".to_owned(), format!("127.0.0.1:{port}:127.0.0.1:{remote}"), "hemma".to_owned()]
}

pub(super) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The processor time of a process, which Linux counts in hundredths of a second.
pub(super) fn processor_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold anything.
    let numbers = stat.rsplit_once(") ").map(|it| it.1).unwrap_or_default();
    let ticks = numbers.split(' ').skip(11).take(2).filter_map(|it| it.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// The memory of a process.
pub(super) fn memory_bytes(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    let kib = line.and_then(|it| it.trim().trim_end_matches(" kB").parse::<u32>().ok());
    f64::from(kib.unwrap_or(0)) * 1024.0
}
