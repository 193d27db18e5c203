//! The containers of the lab: the host, the git remote, and the internet between host and public.

use std::path::{Path, PathBuf};

use hemma_core::{Command, Progress};

use super::docker::{Docker, LabError, Shell};
use super::image;
use super::instance::Instance;
use super::state::{Edge, State};
use super::system::System;

/// Pipes a `tar` of the directory `$1` into the command in the other arguments.
const POUR: &str = r#"dir=$1; shift
COPYFILE_DISABLE=1 tar -C "$dir" --exclude=.env --exclude=__pycache__ -cf - . | "$@""#;

/// Pipes `docker save` of the images before `--` into `docker load` in the container after it; the
/// first words are the command line of `docker` itself, also ended by `--`.
const CARRY: &str = r#"docker=; while [ "$1" != -- ]; do docker="$docker $1"; shift; done; shift
container=$1; shift
$docker save "$@" | $docker exec -i "$container" docker load --quiet"#;

/// The ports of the internet container.
pub(super) const RESOLVER: u16 = 53;
pub(super) const NAME_SERVER: u16 = 5300;

/// The directory `examples/huleedu`.
pub(super) fn huleedu() -> PathBuf {
    image::assets().join("../../examples/huleedu")
}

/// The lab's containers and images on the engine.
#[derive(Debug)]
pub(super) struct Containers<'s> {
    pub(super) shell: &'s Shell,
    pub(super) docker: Docker,
    pub(super) instance: &'s Instance,
    pub(super) system: System,
}

/// What happens to the images when a lab is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Images {
    /// The images are removed, unless another lab on this machine uses them.
    Remove,
    /// The images are kept, so that the next `up` takes seconds.
    Keep,
}

/// The state of one of the lab's containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Absent,
    /// The container's image was rebuilt since.
    Outdated,
    Stopped,
    Running,
}

impl Containers<'_> {
    pub(super) async fn look(&self, name: &str) -> Result<Seen, LabError> {
        let format = "{{.Image}} {{.State.Running}}";
        let line = self.docker.line(["container", "inspect", "--format", format, name]);
        let output = self.shell.ask("look at the containers", line).await?;
        if !output.success() {
            // A failed inspect may also mean that the engine is gone: only a list can say "no".
            let filter = format!("name=^/{name}$");
            let list = self.docker.line(["ps", "--all", "--quiet", "--filter", &filter]);
            self.shell.run("list the containers", list).await?;
            return Ok(Seen::Absent);
        }
        let tag = self.image(name).tag()?;
        let line = self.docker.line(["image", "inspect", "--format", "{{.Id}}", &tag]);
        let current = self.shell.ask("look at the images", line).await?;
        let (image, running) = output.stdout.trim().split_once(' ').unwrap_or_default();
        Ok(match running {
            _ if image != current.stdout.trim() => Seen::Outdated,
            "true" => Seen::Running,
            _ => Seen::Stopped,
        })
    }

    pub(super) fn image(&self, name: &str) -> image::Image {
        if name == self.instance.internet { image::internet() } else { image::host(self.system) }
    }

    /// Starts all containers.
    pub(super) async fn ensure(&self, say: &Progress) -> Result<(), LabError> {
        let Instance { git, internet, host, .. } = self.instance;
        for name in [git, internet, host] {
            let seen = self.look(name).await?;
            if seen == Seen::Outdated {
                self.remove(name).await?;
            }
            match seen {
                Seen::Running => {}
                Seen::Stopped => {
                    say.line(&format!("starting {name}"));
                    self.run(&format!("start {name}"), ["start", name.as_str()]).await?;
                }
                Seen::Absent | Seen::Outdated => {
                    say.line(&format!("creating {name}"));
                    self.network().await?;
                    self.create(name).await?;
                }
            }
        }
        Ok(())
    }

    async fn network(&self) -> Result<(), LabError> {
        let list = ["network", "ls", "--format", "{{.Name}}"];
        let names = self.run("list the networks", list).await?;
        let Instance { name, label, .. } = self.instance;
        if !names.lines().any(|it| it == name) {
            let create = ["network", "create", "--label", label, name];
            self.run("create the lab's network", create).await?;
        }
        Ok(())
    }

    /// Waits for sshd and the engine; returns the host's public key.
    pub(super) async fn ready(&self, public_key: &str, say: &Progress) -> Result<String, LabError> {
        let all = image::all(self.system);
        let images: Vec<_> = all.iter().filter_map(|it| Some((it, *it.inner.first()?))).collect();
        let mut args = vec!["exec", "--interactive", &self.instance.host, "/lab/ready"];
        args.extend(images.iter().map(|(_, inner)| *inner));
        let line = self.docker.line(args).stdin(format!("{public_key}\n"));
        let said = self.shell.run("wait for the host's sshd and engine", line).await?;
        let mut lines = said.lines();
        let host_key = lines.next().unwrap_or_default().to_owned();
        let mut stale = Vec::new();
        for (image, _) in images {
            if lines.next() != Some(image.content()?.as_str()) {
                stale.push(image);
            }
        }
        if !stale.is_empty() {
            say.line("loading the images into the host's engine");
            self.load(&stale).await?;
        }
        Ok(host_key)
    }

    async fn load(&self, images: &[&image::Image]) -> Result<(), LabError> {
        let host = self.instance.host.as_str();
        let tags = images.iter().map(|it| it.tag()).collect::<Result<Vec<_>, _>>()?;
        let mut args = self.docker.words().to_vec();
        args.extend(["--", host]);
        args.extend(tags.iter().map(String::as_str));
        self.shell.run_long("load the images", Command::script(CARRY, args)).await?;
        for (image, tag) in images.iter().zip(&tags) {
            for inner in image.inner {
                let name = ["exec", host, "docker", "tag", tag, *inner];
                self.run("name the images", name).await?;
            }
            // The host should look like Hemma, which does not have this name.
            self.run("name the images", ["exec", host, "docker", "rmi", tag]).await?;
        }
        Ok(())
    }

    /// Writes the lab's `.env` where a first deploy expects it.
    pub(super) async fn env_file(&self) -> Result<(), LabError> {
        let path = huleedu().join("env.example.hemma.prod");
        let example =
            std::fs::read_to_string(&path).map_err(|source| LabError::File { path, source })?;
        let args = ["exec", "--interactive", &self.instance.host, "/lab/env"];
        let line = self.docker.line(args).stdin(example);
        self.shell.run("write the lab's .env", line).await.map(drop)
    }

    /// Makes `examples/huleedu` the first commit of the git remote; returns the commit.
    pub(super) async fn seed(&self) -> Result<String, LabError> {
        let dir = huleedu().display().to_string();
        let mut args = vec![dir.as_str()];
        args.extend(self.docker.words());
        args.extend(["exec", "--interactive", &self.instance.git, "/lab/remote", "seed"]);
        self.shell.run("fill the git remote", Command::script(POUR, args)).await
    }

    /// Brings up the proxy stack, which trusts the current certificate authority; returns the root
    /// of the certificates.
    pub(super) async fn proxy(&self) -> Result<String, LabError> {
        let ready = ["exec", &self.instance.internet, "/lab/ready"];
        let both = self.run("wait for the certificate authority", ready).await? + "\n";
        let args = ["exec", "--interactive", &self.instance.host, "/lab/proxy"];
        let line = self.docker.line(args).stdin(both.clone());
        self.shell.run("start the proxy stack", line).await?;
        let root = both.rfind("-----BEGIN").map(|it| both[it..].to_owned());
        root.ok_or(LabError::Unreadable { what: "the root certificate", text: both })
    }

    /// The addresses of the public edge.
    pub(super) async fn edge(&self) -> Result<Edge, LabError> {
        let Instance { host, internet, .. } = self.instance;
        let (http, https, resolver, name_server) = tokio::try_join!(
            self.port(host, 80),
            self.port(host, 443),
            self.port(internet, RESOLVER),
            self.port(internet, NAME_SERVER),
        )?;
        Ok(Edge { http, https, resolver, name_server })
    }

    /// The loopback port that leads to `port` of a container.
    pub(super) async fn port(&self, container: &str, port: u16) -> Result<u16, LabError> {
        let args = ["port", container, &format!("{port}/tcp")];
        let said = self.run("ask for the port", args).await?;
        let last = said.lines().next().and_then(|it| it.rsplit_once(':'));
        let number = last.and_then(|(_, it)| it.parse().ok());
        number.ok_or(LabError::Unreadable { what: "the published port", text: said })
    }

    async fn remove(&self, name: &str) -> Result<(), LabError> {
        self.run(&format!("remove {name}"), ["rm", "--force", "--volumes", name]).await.map(drop)
    }

    /// Removes this lab's containers, network and volume, and the images unless they are kept or
    /// another lab uses them.
    pub(super) async fn remove_all(&self, images: Images, say: &Progress) -> Result<(), LabError> {
        let ours = format!("label={}", self.instance.label);
        let list = ["ps", "--all", "--quiet", "--filter", &ours];
        self.remove_listed(&list, &["rm", "--force", "--volumes"]).await?;
        let list = ["network", "ls", "--quiet", "--filter", &ours];
        self.remove_listed(&list, &["network", "rm"]).await?;
        let filter = format!("name=^{}$", self.instance.volume);
        let list = ["volume", "ls", "--quiet", "--filter", &filter];
        self.remove_listed(&list, &["volume", "rm"]).await?;
        if images == Images::Keep {
            return Ok(());
        }
        let list = ["ps", "--all", "--quiet", "--filter", "label=hemma.lab"];
        if !self.run("look for other labs", list).await?.is_empty() {
            say.line("the images stay: another lab uses them");
            return Ok(());
        }
        let filter = format!("label={}", image::OURS);
        let prune = ["image", "prune", "--all", "--force", "--filter", &filter];
        self.run("remove the images", prune).await.map(drop)
    }

    async fn remove_listed(&self, list: &[&str], remove: &[&str]) -> Result<(), LabError> {
        let doing = format!("clear away with `docker {}`", remove.join(" "));
        let found = self.run(&doing, list.iter().copied()).await?;
        if found.is_empty() {
            return Ok(());
        }
        self.run(&doing, remove.iter().copied().chain(found.lines())).await.map(drop)
    }

    pub(super) async fn run<'a>(
        &self,
        doing: &str,
        args: impl IntoIterator<Item = &'a str>,
    ) -> Result<String, LabError> {
        self.shell.run(doing, self.docker.line(args)).await
    }
}

/// Makes the operator's key pair if there is none; returns the public half.
pub(super) async fn key_pair(shell: &Shell, state: &State) -> Result<String, LabError> {
    let key = state.path("key");
    if !Path::new(&key).exists() {
        let path = key.display().to_string();
        let line = Command::new("ssh-keygen");
        let line = line.args(["-q", "-t", "ed25519", "-N", "", "-C", "hemma-lab", "-f", &path]);
        shell.run("make a key pair", line).await?;
    }
    let what = "the public key";
    state.read("key.pub").ok_or(LabError::Unreadable { what, text: "key.pub".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_that_is_asked_for_inside_is_the_one_that_is_set_here() {
        let ready = image::assets().join("host/lab/ready");
        let script = std::fs::read_to_string(ready).expect("the assets are in the repository");
        assert!(script.contains(image::CONTENT), "{script}");
    }
}
