//! The language tool and the embedding server of a `hemma.toml`: their services and ports.

use hemma_deploy::Config;
use hemma_deploy::config::{ForwardConfig, OffloadConfig};
use hemma_deploy::rollout::Scope;
use hemma_embed::ServerUrl;

use crate::Failure;
use crate::named::EMBEDDINGS;
use crate::named::{LANGUAGE_TOOL, NotNamed};

/// The grammar service, with its compose service and ports.
pub(crate) struct LanguageTool {
    pub service: String,
    /// The port on the host.
    pub port: u16,
    pub health: String,
    /// The URL through the tunnel.
    pub url: ServerUrl,
}

impl LanguageTool {
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let (forward, service) = behind(config, LANGUAGE_TOOL)?;
        let url = format!("http://127.0.0.1:{}", forward.local);
        Ok(Self {
            service,
            port: forward.remote.get(),
            health: forward.probe.to_string(),
            url: url.parse().map_err(Failure::usage)?,
        })
    }
}

/// The embedding server, with its compose service and ports.
pub(crate) struct Offload {
    /// The settings, with its profile.
    pub config: Config,
    /// Its parts.
    pub made_of: OffloadConfig,
    pub service: String,
    /// The port on the host.
    pub port: u16,
    pub health: String,
}

impl Offload {
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let made_of = config.offload.clone().ok_or(NotNamed::Offload)?;
        let (forward, service) = behind(config, EMBEDDINGS)?;
        let (port, health) = (forward.remote.get(), forward.probe.to_string());
        let mut config = config.clone();
        let profile = made_of.profile.iter().find(|it| !config.compose.profiles.contains(it));
        config.compose.profiles.extend(profile.cloned());
        Ok(Self { config, made_of, service, port, health })
    }

    /// The scope: the server and its dependencies.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Research(vec![self.service.clone()])
    }
}

fn behind<'c>(
    config: &'c Config,
    name: &'static str,
) -> Result<(&'c ForwardConfig, String), Failure> {
    let forward = config.forward.iter().find(|it| it.name == name);
    let forward = forward.ok_or_else(|| NotNamed::Forward(name.to_owned()))?;
    let service = forward.service.clone().ok_or_else(|| NotNamed::Service(name.to_owned()))?;
    Ok((forward, service.to_string()))
}
