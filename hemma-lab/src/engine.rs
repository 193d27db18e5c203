//! The engine on this machine: found, or installed and started, and stopped at the end.

use std::path::Path;
use std::time::Duration;

use hemma_core::{Command, Progress};

use super::docker::{Docker, LabError, Shell};
use super::state::State;

/// A file in the state directory: the engine that `lab up` started, so that `lab down` can stop it.
const STARTED: &str = "engine-started-by";

/// Starts an engine that outlives this process, with its log in `$1`, and prints its process id.
///
/// Debian puts `dockerd` into a directory that is only in root's `PATH`.
const START: &str = r#"PATH=$PATH:/usr/sbin:/sbin
setsid dockerd >"$1" 2>&1 </dev/null &
echo $!"#;

/// Ends the engine with the process id `$1`, if it still exists, and waits for it.
const STOP: &str = r#"test "$(cat "/proc/$1/comm" 2>/dev/null)" = dockerd || exit 0
kill -TERM "$1"
for _ in $(seq 150); do kill -0 "$1" 2>/dev/null || exit 0; sleep 0.1; done
kill -KILL "$1""#;

/// The running engine, if there is one.
pub(super) async fn find(shell: &Shell) -> Option<Docker> {
    for docker in [Docker { sudo: false }, Docker { sudo: true }] {
        let version = docker.line(["version", "--format", "{{.Server.Version}}"]);
        if matches!(shell.ask("ask for an engine", version).await, Ok(it) if it.success()) {
            return Some(docker);
        }
    }
    None
}

/// The running engine; if there is none, installs and starts one.
pub(super) async fn ensure(
    shell: &Shell,
    state: &State,
    say: &Progress,
) -> Result<Docker, LabError> {
    if let Some(docker) = find(shell).await {
        return Ok(docker);
    }
    let root = Root::find(shell).await?;
    if !has(shell, "dockerd").await? || !has(shell, "docker").await? {
        install(shell, root, "docker.io", say).await?;
    }
    start(shell, state, root, say).await?;
    for _ in 0..300 {
        if let Some(docker) = find(shell).await {
            return Ok(docker);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let log = state.path("dockerd.log");
    let reason = format!("it was started but is silent; see `{}`", log.display());
    Err(LabError::NoEngine { reason })
}

/// Installs a Debian package.
pub(super) async fn install(
    shell: &Shell,
    root: Root,
    package: &str,
    say: &Progress,
) -> Result<(), LabError> {
    if !has(shell, "apt-get").await? {
        let reason = format!("`{package}` is missing and there is no apt-get; install it yourself");
        return Err(LabError::NoEngine { reason });
    }
    say.line(&format!("installing {package} with apt-get"));
    let apt = |args: &[&str]| {
        let line = Command::new("env").args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]);
        root.line(line.args(args.iter().copied()))
    };
    shell.run_long("update the package lists", apt(&["update"])).await?;
    let install = apt(&["install", "-y", "--no-install-recommends", package]);
    shell.run_long(&format!("install {package}"), install).await.map(drop)
}

/// Stops the engine if `lab up` started it and nothing else uses it.
pub(super) async fn stop(
    shell: &Shell,
    state: &State,
    docker: Docker,
    say: &Progress,
) -> Result<(), LabError> {
    let Some(how) = state.read(STARTED) else { return Ok(()) };
    let running = shell.run("list what runs", docker.line(["ps", "--quiet"])).await?;
    if !running.is_empty() {
        say.line("the engine stays: other containers run on it by now");
        return Ok(());
    }
    say.line("stopping the engine that `lab up` started");
    let root = Root::find(shell).await?;
    let line = if how == "systemd" {
        Command::new("systemctl").args(["stop", "docker.socket", "docker.service"])
    } else {
        Command::script(STOP, [how])
    };
    shell.run("stop the engine", root.line(line)).await.map(drop)
}

async fn start(shell: &Shell, state: &State, root: Root, say: &Progress) -> Result<(), LabError> {
    say.line("starting the Docker engine");
    if Path::new("/run/systemd/system").is_dir() {
        let line = Command::new("systemctl").args(["start", "docker"]);
        shell.run("start the engine", root.line(line)).await?;
        return state.write(STARTED, "systemd");
    }
    let log = state.path("dockerd.log").display().to_string();
    let process = shell.run("start the engine", root.line(Command::script(START, [log]))).await?;
    state.write(STARTED, &process)
}

/// Whether a program is installed. `/usr/sbin` counts, although it is not in every user's `PATH`.
pub(super) async fn has(shell: &Shell, program: &str) -> Result<bool, LabError> {
    let look = r#"PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null"#;
    let look = Command::script(look, [program]);
    Ok(shell.ask(&format!("look for {program}"), look).await?.success())
}

/// The way to run commands as root: directly, or with `sudo`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root {
    sudo: bool,
}

impl Root {
    pub(super) async fn find(shell: &Shell) -> Result<Self, LabError> {
        let id = shell.run("ask who we are", Command::new("id").arg("-u")).await?;
        if id == "0" {
            return Ok(Self { sudo: false });
        }
        let sudo = shell.ask("ask sudo", Command::new("true").sudo()).await;
        if matches!(sudo, Ok(it) if it.success()) {
            return Ok(Self { sudo: true });
        }
        let reason = "installing and starting one takes root, or sudo without a password; \
                      do it yourself, or add yourself to the docker group of the one you have"
            .to_owned();
        Err(LabError::NoEngine { reason })
    }

    pub(super) fn line(self, line: Command) -> Command {
        if self.sudo { line.sudo() } else { line }
    }
}
