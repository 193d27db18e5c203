//! The base images: a release of Debian.

use std::path::{Path, PathBuf};

use hemma_core::{Command, Progress};
use tokio::sync::{Mutex, OnceCell};

use super::docker::{Docker, LabError, Shell};
use super::engine::{self, Root};
use super::system::Os;

/// The label of images that `lab down` removes.
pub(super) const OURS: &str = "hemma.lab=image";

/// The directory of the lab's files.
pub(super) fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/lab")
}

/// A release of Debian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Bookworm,
    Trixie,
    Sid,
}

/// The bases that are wanted, each looked for or made once.
pub(super) struct Bases<'s> {
    shell: &'s Shell,
    docker: Docker,
    say: &'s Progress,
    found: [OnceCell<&'static str>; 3],
    /// apt has one lock.
    installing: Mutex<()>,
}

/// The base of the host's image.
impl From<Os> for Base {
    fn from(os: Os) -> Self {
        match os {
            Os::Classic => Self::Bookworm,
            Os::Modern => Self::Sid,
            Os::TooOld => Self::Trixie,
        }
    }
}

impl Base {
    fn suite(self) -> &'static str {
        ["bookworm", "trixie", "sid"][self as usize]
    }

    /// The name where it can be pulled.
    fn usual(self) -> &'static str {
        ["debian:bookworm-slim", "debian:trixie-slim", "debian:sid-slim"][self as usize]
    }

    /// The name where it is made here.
    fn own(self) -> &'static str {
        ["hemma-lab-base", "hemma-lab-base-trixie", "hemma-lab-base-sid"][self as usize]
    }
}

impl<'s> Bases<'s> {
    pub(super) fn of(shell: &'s Shell, docker: Docker, say: &'s Progress) -> Self {
        Self { shell, docker, say, found: Default::default(), installing: Mutex::default() }
    }

    /// The name of a base: existing, pulled, or made from Debian's packages.
    pub(super) async fn get(&self, base: Base) -> Result<&'static str, LabError> {
        self.found[base as usize].get_or_try_init(|| self.find(base)).await.copied()
    }

    async fn find(&self, base: Base) -> Result<&'static str, LabError> {
        let Self { shell, docker, say, .. } = self;
        for name in [base.own(), base.usual()] {
            let look = docker.line(["image", "inspect", "--format", "{{.Id}}", name]);
            if shell.ask("look for a base image", look).await?.success() {
                return Ok(name);
            }
        }
        say.line(&format!("pulling {}", base.usual()));
        let pull = docker.line(["pull", "--quiet", base.usual()]);
        if matches!(shell.ask("pull a base image", pull).await, Ok(it) if it.success()) {
            return Ok(base.usual());
        }
        let suite = base.suite();
        say.line(&format!("no image registry answers; making {suite} with debootstrap"));
        let root = self.debootstrap().await?;
        // All of it as root: the files in the archive belong to root.
        let import = r#"PATH=$PATH:/usr/sbin:/sbin; make=$1; suite=$2; label=$3; name=$4
sh "$make" "$suite" | docker import --change "LABEL $label" - "$name""#;
        let make = assets().join("base/make").display().to_string();
        let words = [make.as_str(), suite, OURS, base.own()];
        let line = root.line(Command::script(import, words));
        shell.run_long("make a base image", line).await?;
        Ok(base.own())
    }

    async fn debootstrap(&self) -> Result<Root, LabError> {
        let _one_at_a_time = self.installing.lock().await;
        let root = Root::find(self.shell).await?;
        if !engine::has(self.shell, "debootstrap").await? {
            engine::install(self.shell, root, "debootstrap", self.say).await?;
        }
        Ok(root)
    }
}
