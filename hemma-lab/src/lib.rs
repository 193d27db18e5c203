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
//! Several labs can be up on one machine: `HEMMA_LAB_NAME` chooses one. A lab may have a
//! [second](Lab::second) one, so that two tests need not wait for each other.
//!
//! Invariant: nothing here is reachable from another machine. Every published port is on
//! loopback.

pub mod application;
mod containers;
mod create;
mod docker;
mod engine;
mod image;
mod instance;
mod link;
mod state;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hemma_core::{Output, Progress};

pub use containers::Images;
pub use docker::LabError;
pub use link::Link;

use containers::{Containers, Seen};
use docker::{Docker, Shell};
use instance::Instance;
use state::{Edge, State};

/// The directory of the lab's own files on this machine, whether or not it is up.
pub fn directory() -> Option<PathBuf> {
    Instance::find().ok().map(|it| State::of(&it).dir().to_owned())
}

/// A lab that is up.
#[derive(Debug)]
pub struct Lab {
    shell: Shell,
    docker: Docker,
    instance: Instance,
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
    /// Brings the lab up, starting from any state: an engine, images, containers, keys. It takes
    /// minutes the first time and seconds after that.
    pub async fn up(say: &Progress) -> Result<Self, LabError> {
        Self::raise(Instance::find()?, say).await
    }

    /// Brings up a second lab, under a name that follows from this one's. [`down`](Self::down)
    /// removes both.
    pub async fn second(&self, say: &Progress) -> Result<Self, LabError> {
        Self::raise(self.instance.second(), say).await
    }

    async fn raise(instance: Instance, say: &Progress) -> Result<Self, LabError> {
        let shell = Shell::new();
        let state = State::of(&instance);
        state.create()?;
        let _one_at_a_time = state.lock("up.lock").await?;
        let docker = engine::ensure(&shell, &state, say).await?;
        image::ensure(&shell, docker, &state, say).await?;
        let public_key = containers::key_pair(&shell, &state).await?;
        let there = Containers { shell: &shell, docker, instance: &instance };
        there.ensure(say).await?;
        let (host_key, first_commit) =
            tokio::try_join!(there.ready(&public_key, say), there.seed())?;
        let port = there.port(&instance.host, 22);
        let look = "ls /home/operator/apps/huleedu/.env || true";
        let has_env = ["exec", &instance.host, "sh", "-c", look];
        let has_env = there.run("look for the lab's .env", has_env);
        let (root, port, edge, env) = tokio::try_join!(there.proxy(), port, there.edge(), has_env)?;
        if env.is_empty() {
            there.env_file().await?;
        }
        state.write("known_hosts", &format!("hemma-lab {host_key}\n"))?;
        state.write("ssh_config", &state.ssh_config(port))?;
        state.write(state::ROOTS, &format!("{root}\n"))?;
        state.write("hemma.toml", &state::hemma_toml(&state.path("ssh_config"), edge))?;
        Ok(Self { shell, docker, instance, state, port, edge, first_commit })
    }

    /// The running lab; starts nothing.
    pub async fn find() -> Result<Self, LabError> {
        Self::seek(Instance::find()?).await
    }

    /// Reads the state of this lab again: a port may have changed.
    pub async fn again(&self) -> Result<Self, LabError> {
        Self::seek(self.instance.clone()).await
    }

    async fn seek(instance: Instance) -> Result<Self, LabError> {
        let shell = Shell::new();
        let state = State::of(&instance);
        let docker = engine::find(&shell).await.ok_or(LabError::NotUp)?;
        let there = Containers { shell: &shell, docker, instance: &instance };
        for name in [&instance.host, &instance.git, &instance.internet] {
            if !matches!(there.look(name).await?, Seen::Running | Seen::Outdated) {
                return Err(LabError::NotUp);
            }
        }
        let (port, edge) = tokio::try_join!(there.port(&instance.host, 22), there.edge())?;
        let first = ["git", "-C", "/srv/git/huleedu.git", "rev-parse", "refs/lab/first"];
        let first = ["exec", &instance.git].into_iter().chain(first);
        let first_commit = there.run("ask the git remote", first).await?;
        Ok(Self { shell, docker, instance, state, port, edge, first_commit })
    }

    /// Removes everything that [`up`](Self::up) and [`second`](Self::second) made, including the
    /// engine if they started it.
    pub async fn down(images: Images, say: &Progress) -> Result<(), LabError> {
        let (shell, instance) = (Shell::new(), Instance::find()?);
        let (second, state) = (instance.second(), State::of(&instance));
        if let Some(docker) = engine::find(&shell).await {
            say.line("removing the lab's containers, network and volume");
            for (instance, images) in [(&second, Images::Keep), (&instance, images)] {
                let there = Containers { shell: &shell, docker, instance };
                there.remove_all(images, say).await?;
            }
            engine::stop(&shell, &state, docker, say).await?;
        }
        State::of(&second).remove()?;
        state.remove()
    }

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
        Self::raise(self.instance.clone(), &Progress::silent()).await
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

    /// The ssh configuration in which the lab is `hemma`.
    pub fn ssh_config(&self) -> PathBuf {
        self.state.path("ssh_config")
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
        Containers { shell: &self.shell, docker: self.docker, instance: &self.instance }
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
