//! The beginning and the end of a lab.

use hemma_core::Progress;

use super::containers::{self, Containers, Images, Seen};
use super::docker::{LabError, Shell};
use super::instance::Instance;
use super::state::{self, State};
use super::system::{Choice, System};
use super::{Lab, engine, image};

impl Lab {
    /// Brings the lab up, starting from any state: an engine, images, containers, keys. It takes
    /// minutes the first time and seconds after that.
    pub async fn up(say: &Progress) -> Result<Self, LabError> {
        Self::up_as(Choice::default(), say).await
    }

    async fn up_as(choice: Choice, say: &Progress) -> Result<Self, LabError> {
        let (instance, system) = wanted(choice)?;
        Self::raise(instance, system, say).await
    }

    /// Brings up a second lab, under a name that follows from this one's. [`down`](Self::down)
    /// removes both.
    pub async fn second(&self, say: &Progress) -> Result<Self, LabError> {
        Self::raise(self.instance.second(), self.system, say).await
    }

    pub(super) async fn raise(
        instance: Instance,
        system: System,
        say: &Progress,
    ) -> Result<Self, LabError> {
        let shell = Shell::new();
        let state = State::of(&instance);
        state.create()?;
        let _one_at_a_time = state.lock("up.lock").await?;
        let docker = engine::ensure(&shell, &state, say).await?;
        let there = Containers { shell: &shell, docker, instance: &instance, system };
        let before = state.system();
        if before.os != system.os {
            if state.path(state::SSH_CONFIG).exists() {
                say.line(&format!("removing the lab `{}`, which was {}", instance.name, before.os));
            }
            there.remove_all(Images::Keep, say).await?;
        }
        state.write(state::SYSTEM, &system.to_string())?;
        image::ensure(&shell, docker, &state, system, say).await?;
        let public_key = containers::key_pair(&shell, &state).await?;
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
        state.write(state::SSH_CONFIG, &state.ssh_config(port))?;
        state.write(state::ROOTS, &format!("{root}\n"))?;
        state.write("hemma.toml", &state::hemma_toml(&state.path(state::SSH_CONFIG), edge))?;
        Ok(Self { shell, docker, instance, system, state, port, edge, first_commit })
    }

    /// The running lab; starts nothing.
    pub async fn find() -> Result<Self, LabError> {
        Self::find_as(Choice::default()).await
    }

    async fn find_as(choice: Choice) -> Result<Self, LabError> {
        let (instance, system) = wanted(choice)?;
        Self::seek(instance, system).await
    }

    /// Reads the state of this lab again: a port may have changed.
    pub async fn again(&self) -> Result<Self, LabError> {
        Self::seek(self.instance.clone(), self.system).await
    }

    async fn seek(instance: Instance, system: System) -> Result<Self, LabError> {
        let shell = Shell::new();
        let state = State::of(&instance);
        let docker = engine::find(&shell).await.ok_or(LabError::NotUp)?;
        let there = Containers { shell: &shell, docker, instance: &instance, system };
        for name in [&instance.host, &instance.git, &instance.internet] {
            if !matches!(there.look(name).await?, Seen::Running | Seen::Outdated) {
                return Err(LabError::NotUp);
            }
        }
        let (port, edge) = tokio::try_join!(there.port(&instance.host, 22), there.edge())?;
        let first = ["git", "-C", "/srv/git/huleedu.git", "rev-parse", "refs/lab/first"];
        let first = ["exec", &instance.git].into_iter().chain(first);
        let first_commit = there.run("ask the git remote", first).await?;
        Ok(Self { shell, docker, instance, system, state, port, edge, first_commit })
    }

    /// Removes everything that [`up`](Self::up) and [`second`](Self::second) made, including the
    /// engine if they started it.
    pub async fn down(images: Images, say: &Progress) -> Result<(), LabError> {
        Self::down_as(Choice::default(), images, say).await
    }

    async fn down_as(choice: Choice, images: Images, say: &Progress) -> Result<(), LabError> {
        let (shell, (instance, system)) = (Shell::new(), wanted(choice)?);
        let (second, state) = (instance.second(), State::of(&instance));
        if let Some(docker) = engine::find(&shell).await {
            say.line("removing the lab's containers, network and volume");
            for (instance, images) in [(&second, Images::Keep), (&instance, images)] {
                let there = Containers { shell: &shell, docker, instance, system };
                there.remove_all(images, say).await?;
            }
            engine::stop(&shell, &state, docker, say).await?;
        }
        State::of(&second).remove()?;
        state.remove()
    }
}

impl Choice {
    /// Brings the lab up, starting from any state, as [`Lab::up`] does.
    pub async fn up(self, say: &Progress) -> Result<Lab, LabError> {
        Lab::up_as(self, say).await
    }

    /// The running lab; starts nothing.
    pub async fn find(self) -> Result<Lab, LabError> {
        Lab::find_as(self).await
    }

    /// Removes the lab, as [`Lab::down`] does.
    pub async fn down(self, images: Images, say: &Progress) -> Result<(), LabError> {
        Lab::down_as(self, images, say).await
    }
}

/// The lab that is chosen, and its system.
fn wanted(choice: Choice) -> Result<(Instance, System), LabError> {
    let instance = Instance::find(choice.named()?)?;
    let system = choice.system(State::of(&instance).system())?;
    Ok((instance, system))
}
