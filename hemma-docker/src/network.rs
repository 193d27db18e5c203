//! The external network that lets the reverse proxy reach an application's containers.
//!
//! Runbook: day 2, step 1.
//!
//! Invariant: nothing here removes a network. Other applications share the proxy.

mod engine;
#[cfg(test)]
mod tests;

use hemma_core::names::NetworkName;
use hemma_core::{
    Approval, Classified, ErrorClass, Finding, Hint, Host, OperatorError, Progress, World,
};

pub use engine::{Network, NetworkCreate, NetworkCreated, Networks};

use crate::Remedy;
use crate::engine::EngineError;
use crate::ids;

/// Whether exactly one network has the name.
pub async fn verify(world: &World, host: &Host, name: &NetworkName) -> Finding {
    let subject = format!("network {name}");
    let found = match world.ask(&Networks { host: host.clone() }).await {
        Ok(networks) => named(networks, name),
        Err(error) => return Finding::of_error(ids::NETWORK_UNSEEN, subject, &error),
    };
    match found.as_slice() {
        [] => Finding::fail(ids::NETWORK_MISSING, subject, format!("it does not exist on {host}"))
            .remedy(Remedy::CreateNetwork(name.clone())),
        [one] => Finding::pass(
            ids::NETWORK_PRESENT,
            subject,
            format!("{}, {}", one.driver, short(&one.id)),
        ),
        several => {
            let error = Error::several(host, name, several);
            let ids = several.iter().map(|it| format!("{} made {}", short(&it.id), it.created));
            Finding::of_error(ids::NETWORK_AMBIGUOUS, subject, &error).evidence(ids)
        }
    }
}

/// Whether the network is missing, so that [`ensure`] would create it.
pub async fn is_missing(world: &World, host: &Host, name: &NetworkName) -> Result<bool, Error> {
    let networks = world.ask(&Networks { host: host.clone() }).await.map_err(|source| {
        let (host, name) = (host.clone(), name.clone());
        Error::List { host, name, source }
    })?;
    match named(networks, name).as_slice() {
        [] => Ok(true),
        [_] => Ok(false),
        several => Err(Error::several(host, name, several)),
    }
}

/// The result of [`ensure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The network existed.
    Already,
    /// The network was created.
    Created,
}

/// Creates the network unless it exists.
///
/// The engine allows several networks of one name, so a caller that may run at the same time as
/// others has to hold the host's lock.
pub async fn ensure(
    world: &World,
    host: &Host,
    name: &NetworkName,
    approval: &Approval,
) -> Result<Outcome, Error> {
    let at = |host: &Host| (host.clone(), name.clone());
    let networks = world.ask_again(&Networks { host: host.clone() }).await.map_err(|source| {
        let (host, name) = at(host);
        Error::List { host, name, source }
    })?;
    match named(networks, name).as_slice() {
        [] => {}
        [_] => return Ok(Outcome::Already),
        several => return Err(Error::several(host, name, several)),
    }
    let create = NetworkCreate { host: host.clone(), name: name.clone() };
    let made = world.apply(&create, approval, &Progress::silent()).await.map_err(|source| {
        let (host, name) = at(host);
        Error::Create { host, name, source }
    })?;
    Ok(if made.already { Outcome::Already } else { Outcome::Created })
}

/// Why the network could not be looked up or created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The networks could not be listed.
    #[error("could not find out whether network `{name}` exists on {host}")]
    List {
        /// The host.
        host: Host,
        /// The network.
        name: NetworkName,
        /// Why not.
        source: EngineError,
    },
    /// The network could not be created.
    #[error("could not create network `{name}` on {host}")]
    Create {
        /// The host.
        host: Host,
        /// The network.
        name: NetworkName,
        /// Why not.
        source: EngineError,
    },
    /// Several networks have the name, and containers that ask for it may get any of them.
    #[error("{count} networks on {host} have the name `{name}`")]
    Several {
        /// The host.
        host: Host,
        /// The network.
        name: NetworkName,
        /// The number of networks with the name.
        count: usize,
    },
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::List { source, .. } => source.classify(),
            Self::Create { source, .. } => source.classify_change(),
            Self::Several { host, name, .. } => {
                let look = host.line(format_args!("sudo -n docker network inspect {name}"));
                ErrorClass::NotAsPlanned.with(Hint::Do(format!(
                    "remove by id those that `{look}` shows without containers"
                )))
            }
        }
    }
}

impl Error {
    fn several(host: &Host, name: &NetworkName, networks: &[Network]) -> Self {
        Self::Several { host: host.clone(), name: name.clone(), count: networks.len() }
    }
}

fn named(mut networks: Vec<Network>, name: &NetworkName) -> Vec<Network> {
    networks.retain(|it| it.name == name.as_str());
    networks
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
