//! Which service, on which ports, `hemma.toml` means by the language tool.

use hemma_core::{Config, Hint};
use hemma_embed::ServerUrl;

use crate::Failure;

const FORWARD: &str = "language-tool";

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
    #[error("hemma.toml has no forward `{FORWARD}`")]
    NoForward,
    #[error("hemma.toml does not say which compose service is behind the forward `{FORWARD}`")]
    NoService,
}

impl LanguageTool {
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let forward = config.forward.iter().find(|it| it.name == FORWARD);
        let forward = forward.ok_or_else(|| Failure::usage(Error::NoForward))?;
        let service = forward.service.clone().ok_or_else(|| {
            let hint = format!("add `service = \"…\"` to the [[forward]] {FORWARD}");
            Failure::usage(Error::NoService).hint(Hint::Do(hint))
        })?;
        let url = format!("http://127.0.0.1:{}", forward.local);
        Ok(Self {
            service,
            port: forward.remote,
            health: forward.probe.clone(),
            url: url.parse().map_err(Failure::usage)?,
        })
    }
}
