//! Which services, on which ports, `hemma.toml` means by the language tool and the embedding
//! server.

use hemma_core::Hint;
use hemma_deploy::Config;
use hemma_deploy::config::ForwardConfig;
use hemma_deploy::rollout::Scope;
use hemma_embed::ServerUrl;

use crate::Failure;
use crate::verbs::texts::EMBEDDINGS;

const LANGUAGE_TOOL: &str = "language-tool";
/// The profile of the research files that has the embedding server.
const OFFLOAD_PROFILE: &str = "research-offload";

/// The grammar service, as compose and the ports know it.
pub(crate) struct LanguageTool {
    pub service: String,
    /// On the host.
    pub port: u16,
    pub health: String,
    /// Through the tunnel.
    pub url: ServerUrl,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("hemma.toml has no forward `{0}`")]
    NoForward(&'static str),
    #[error("hemma.toml does not say which compose service is behind the forward `{0}`")]
    NoService(&'static str),
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

/// The embedding server, as compose and the ports know it.
pub(crate) struct Offload {
    /// With the profile that has it.
    pub config: Config,
    pub service: String,
    /// On the host.
    pub port: u16,
    pub health: String,
}

impl Offload {
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let (forward, service) = behind(config, EMBEDDINGS)?;
        let (port, health) = (forward.remote.get(), forward.probe.to_string());
        let mut config = config.clone();
        if !config.compose.profiles.iter().any(|it| it == OFFLOAD_PROFILE) {
            config.compose.profiles.push(OFFLOAD_PROFILE.parse().map_err(Failure::usage)?);
        }
        Ok(Self { config, service, port, health })
    }

    /// It and what it needs.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Research(vec![self.service.clone()])
    }
}

fn behind<'c>(
    config: &'c Config,
    name: &'static str,
) -> Result<(&'c ForwardConfig, String), Failure> {
    let forward = config.forward.iter().find(|it| it.name == name);
    let forward = forward.ok_or_else(|| Failure::usage(Error::NoForward(name)))?;
    let service = forward.service.clone().ok_or_else(|| {
        let hint = format!("add `service = \"…\"` to the [[forward]] {name}");
        Failure::usage(Error::NoService(name)).hint(Hint::Do(hint))
    })?;
    Ok((forward, service.to_string()))
}
