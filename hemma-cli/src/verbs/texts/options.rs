//! Options for the offload server and the cache.

use std::path::{Path, PathBuf};

use hemma_core::Hint;
use hemma_deploy::Config;
use hemma_embed::cache::{Cache, USUAL_PLACE};
use hemma_embed::{Client, Options, RunError, ServerUrl};
use hemma_tunnel::ForwardName;

use crate::Failure;
use crate::named::{EMBEDDINGS, NotNamed};

/// The options for the offload server.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ClientOptions {
    /// Where the offload server is; without it, behind the tunnel `embeddings` of hemma.toml
    #[arg(long, value_name = "URL")]
    url: Option<ServerUrl>,
    /// Where finished vectors are kept; without it, where the Python client keeps them
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Keep nothing and look nothing up
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
    /// Requests at once
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(1..=16))]
    concurrency: u8,
}

impl ClientOptions {
    /// Whether `hemma.toml` must say where the server is, because there is no URL.
    pub(crate) fn need_config(&self) -> bool {
        self.url.is_none()
    }

    /// The directory of finished vectors, as the command line names it.
    pub(crate) fn place(&self) -> Option<PathBuf> {
        let place = || self.cache.clone().unwrap_or_else(|| PathBuf::from(USUAL_PLACE));
        (!self.no_cache).then(place)
    }

    pub(crate) fn client(&self, config: &Config, here: &Path) -> Result<Client, Failure> {
        let url = match &self.url {
            Some(url) => url.clone(),
            None => behind(config, EMBEDDINGS)?,
        };
        let cache = self.place().map(|it| Cache::at(here.join(it)));
        let concurrency = usize::from(self.concurrency);
        Ok(Client::new(url, Options { cache, concurrency, ..Options::default() }))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("rows are written as they get done, in any order, so standard output cannot take them")]
struct NoPlace;

/// Refuses `-` as the place for the result.
pub(crate) fn is_a_place(out: &Path) -> Result<(), Failure> {
    let hint = || Hint::Do("name a file; another program may read that".to_owned());
    if out == Path::new("-") { Err(Failure::usage(NoPlace).hint(hint())) } else { Ok(()) }
}

/// The forward that leads to the offload server, and the server behind it.
pub(crate) fn offload_server(config: &Config) -> Result<(ForwardName, ServerUrl), Failure> {
    let name = EMBEDDINGS.parse().map_err(Failure::usage)?;
    Ok((name, behind(config, EMBEDDINGS)?))
}

/// The address of a service behind a forward.
pub(crate) fn behind(config: &Config, forward: &str) -> Result<ServerUrl, Failure> {
    let found = config.forward.iter().find(|it| it.name == forward);
    let found = found.ok_or_else(|| NotNamed::Forward(forward.to_owned()))?;
    // `localhost` may be resolved to another address, and to IPv6 first.
    format!("http://127.0.0.1:{}", found.local).parse().map_err(Failure::usage)
}

/// The hint where nothing answers: a forward is most likely closed.
pub(crate) fn no_connection(forward: &str, url: Option<&ServerUrl>) -> Hint {
    match url {
        None => Hint::Run(format!("cargo xtask tunnel start {forward}")),
        Some(url) => Hint::Do(format!(
            "see what listens at {url}, or leave out --url to go through the tunnel"
        )),
    }
}

/// The failure of a run that ended before its input did.
pub(crate) fn failed_run(error: RunError, options: &ClientOptions) -> Failure {
    match error {
        RunError::Unreachable { .. } => {
            Failure::unknown(error).hint(no_connection(EMBEDDINGS, options.url.as_ref()))
        }
        RunError::Cache { .. } => {
            let hint = "name another directory with --cache, or use none: --no-cache";
            Failure::from(error).hint(Hint::Do(hint.to_owned()))
        }
        RunError::FingerprintChanged { .. } => {
            let hint = "run it again: what the new server gave is in the cache";
            Failure::from(error).hint(Hint::Do(hint.to_owned()))
        }
        RunError::Limits { .. }
        | RunError::Hopeless { .. }
        | RunError::OtherModel { .. }
        | RunError::Gaps { .. } => {
            let hint = "cargo xtask offload container-health";
            Failure::from(error).hint(Hint::Run(hint.to_owned()))
        }
    }
}
