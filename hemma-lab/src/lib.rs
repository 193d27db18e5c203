//! The practice host: Hemma in a container, with a git remote in another.
//!
//! Its parts are in `tests/lab`; a test uses it like this:
//!
//! ```no_run
//! # async fn example() -> Result<(), hemma_lab::LabError> {
//! use hemma_core::Progress;
//! use hemma_lab::Lab;
//!
//! let lab = Lab::up(&Progress::silent()).await?;
//! let _alone = lab.claim().await?;
//! lab.reset().await?;
//! lab.push_fault("unhealthy", &[]).await?;
//! // … `cargo xtask deploy --config lab.config_file()` …
//! # Ok(()) }
//! ```
//!
//! Several labs can be up on one machine: `HEMMA_LAB_NAME` chooses one, and `HEMMA_LAB_OS` or a
//! [`Choice`] its system. A lab may have a [second](Lab::second) one, so that two tests need not
//! wait for each other.
//!
//! Invariant: nothing here is reachable from another machine. Every published port is on
//! loopback.

pub mod application;
mod base;
mod containers;
mod create;
mod docker;
mod engine;
mod image;
mod instance;
mod life;
mod link;
mod state;
mod system;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hemma_core::{Output, Progress};

pub use containers::Images;
pub use docker::LabError;
pub use link::Link;
pub use system::{Choice, Coreutils, Os, Sudo};

use containers::Containers;
use docker::{Docker, Shell};
use instance::Instance;
use state::{Edge, State};
use system::System;

/// The directory of the lab's own files on this machine, whether or not it is up.
pub fn directory() -> Option<PathBuf> {
    let instance = Choice::default().named().and_then(Instance::find);
    instance.ok().map(|it| State::of(&it).dir().to_owned())
}

/// A lab that is up.
#[derive(Debug)]
pub struct Lab {
    shell: Shell,
    docker: Docker,
    instance: Instance,
    system: System,
    state: State,
    port: u16,
    edge: Edge,
    first_commit: String,
}

/// Exclusive use of the lab, as long as this value lives.
#[derive(Debug)]
pub struct Claim(
    #[expect(dead_code, reason = "the lock is released when the file closes")] std::fs::File,
);

impl Lab {
    /// Waits until the lab is free, and keeps it. Tests that change the host begin with this.
    pub async fn claim(&self) -> Result<Claim, LabError> {
        self.state.lock("in-use.lock").await.map(Claim)
    }

    /// Runs a shell script as root on the host, with `args` as `$1`…; its exit code is an answer.
    pub async fn root(&self, script: &str, args: &[&str]) -> Result<Output, LabError> {
        let line = self.docker.line(["exec", &self.instance.host, "sh", "-c", script, "sh"]);
        self.shell.ask("run a script on the lab host", line.args(args.iter().copied())).await
    }

    /// Pushes the commit that `tests/lab/faults/NAME.sh` makes; returns it.
    pub async fn push_fault(&self, name: &str, args: &[&str]) -> Result<String, LabError> {
        let line = self.docker.line(["exec", &self.instance.git, "/lab/remote", "fault", name]);
        let doing = format!("push the fault `{name}`");
        self.shell.run(&doing, line.args(args.iter().copied())).await
    }

    /// Moves the git remote's branch to a commit that it has.
    pub async fn rewind_remote(&self, commit: &str) -> Result<(), LabError> {
        let args = ["exec", &self.instance.git, "/lab/remote", "rewind", commit];
        self.containers().run("rewind the git remote", args).await.map(drop)
    }

    /// Breaks the host in one of the ways of `tests/lab/host/lab/break`.
    pub async fn break_host(&self, way: &str, args: &[&str]) -> Result<(), LabError> {
        let line = self.docker.line(["exec", &self.instance.host, "/lab/break", way]);
        let doing = format!("break the host: {way}");
        self.shell.run(&doing, line.args(args.iter().copied())).await.map(drop)
    }

    /// Undoes every [`break_host`](Self::break_host).
    pub async fn mend_host(&self) -> Result<(), LabError> {
        let there = self.containers();
        let host = there.run("repair the host", ["exec", &self.instance.host, "/lab/mend"]);
        let mend = "/lab/router open && /lab/dns reset";
        let internet = ["exec", &self.instance.internet, "sh", "-c", mend];
        let internet = there.run("repair the network to the host", internet);
        tokio::try_join!(host, internet).map(drop)
    }

    /// Restarts the whole host: only what starts by itself comes back. Its port on this machine may
    /// change, and is updated in the ssh configuration.
    pub async fn reboot(&self) -> Result<Self, LabError> {
        self.containers().run("reboot the host", ["restart", &self.instance.host]).await?;
        Self::raise(self.instance.clone(), self.system, &Progress::silent()).await
    }

    /// Resets the host to before the first deploy, and the git remote to its first commit. Images
    /// and the proxy stack stay. Starts the engine if it was stopped.
    pub async fn reset(&self) -> Result<(), LabError> {
        let there = self.containers();
        let on_host = ["exec", self.instance.host.as_str()];
        let start = on_host.into_iter().chain(["/lab/engine", "start"]);
        there.run("start the engine", start).await?;
        let host = there.run("reset the host", on_host.into_iter().chain(["/lab/reset"]));
        tokio::try_join!(host, self.reset_remote())?;
        there.env_file().await
    }

    /// Resets the git remote to its first commit; returns it.
    pub async fn reset_remote(&self) -> Result<String, LabError> {
        self.remote("reset the git remote", "reset").await
    }

    /// The commit of the git remote's branch.
    pub async fn remote_head(&self) -> Result<String, LabError> {
        self.remote("ask the git remote", "head").await
    }

    /// The faults that can be pushed, each with the first line of its description.
    pub fn faults() -> Result<BTreeMap<String, String>, LabError> {
        image::faults()
    }

    /// The first commit of the git remote.
    pub fn first_commit(&self) -> &str {
        &self.first_commit
    }

    /// The value of `HEMMA_LAB_NAME` for this lab.
    pub fn name(&self) -> &str {
        &self.instance.name
    }

    /// The system of the host.
    pub fn os(&self) -> Os {
        self.system.os
    }

    /// The ssh configuration in which the lab is `hemma`.
    pub fn ssh_config(&self) -> PathBuf {
        self.state.path(state::SSH_CONFIG)
    }

    /// The `hemma.toml` of the lab.
    pub fn config_file(&self) -> PathBuf {
        self.state.path("hemma.toml")
    }

    /// The directory of the operator's side of the lab.
    pub fn directory(&self) -> &Path {
        self.state.dir()
    }

    /// The loopback address of the lab's sshd.
    pub fn ssh_address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Runs a shell script on the internet of the lab, with `args` as `$1`…; its exit code is an
    /// answer. `/lab/dns` there changes the zone.
    pub async fn internet(&self, script: &str, args: &[&str]) -> Result<Output, LabError> {
        let line = self.docker.line(["exec", &self.instance.internet, "sh", "-c", script, "sh"]);
        self.shell.ask("run a script in the lab", line.args(args.iter().copied())).await
    }

    /// Opens a link to the lab's sshd.
    pub async fn link(&self, round_trip: Duration) -> Result<Linked, LabError> {
        let opened = Link::open(self.ssh_address(), round_trip).await;
        let path = self.state.dir().to_owned();
        let link = opened.map_err(|source| LabError::File { path, source })?;
        let port = link.address().port();
        let (ssh, toml) = (format!("ssh_config-{port}"), format!("hemma-{port}.toml"));
        let (ssh_config, config_file) = (self.state.path(&ssh), self.state.path(&toml));
        let linked = Linked { link, ssh_config, config_file };
        self.state.write(&ssh, &self.state.ssh_config(port))?;
        self.state.write(&toml, &state::hemma_toml(&linked.ssh_config, self.edge))?;
        Ok(linked)
    }

    /// Runs a shell script as root on the git remote, with `args` as `$1`…; its exit code is an
    /// answer.
    pub async fn git(&self, script: &str, args: &[&str]) -> Result<Output, LabError> {
        let line = self.docker.line(["exec", &self.instance.git, "sh", "-c", script, "sh"]);
        self.shell.ask("run a script on the git remote", line.args(args.iter().copied())).await
    }

    async fn remote(&self, doing: &str, verb: &str) -> Result<String, LabError> {
        self.containers().run(doing, ["exec", &self.instance.git, "/lab/remote", verb]).await
    }

    fn containers(&self) -> Containers<'_> {
        let Self { shell, docker, instance, system, .. } = self;
        Containers { shell, docker: *docker, instance, system: *system }
    }
}

/// A link to the lab's sshd, and the configuration files for it, which are removed when it is
/// dropped.
#[derive(Debug)]
pub struct Linked {
    /// The link.
    pub link: Link,
    /// An ssh configuration that reaches `hemma` through the link.
    pub ssh_config: PathBuf,
    /// A `hemma.toml` that uses that configuration.
    pub config_file: PathBuf,
}

impl Drop for Linked {
    fn drop(&mut self) {
        for file in [&self.ssh_config, &self.config_file] {
            // `lab down` may have removed it already.
            let _ = std::fs::remove_file(file);
        }
    }
}
