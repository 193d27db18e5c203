//! The engine's networks as a question and a change.

use bollard::models::NetworkCreateRequest;
use bollard::query_parameters::ListNetworksOptions;
use hemma_core::names::NetworkName;
use hemma_core::{Applied, Cancel, Change, Host, Live, Progress, Question};
use serde::{Deserialize, Serialize};

use crate::engine::{EngineError, USUAL_LIMIT, call};

/// Asks for all networks on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Networks {
    /// Where the engine is.
    pub host: Host,
}

/// One network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The engine's id of the network; names are not unique.
    pub id: String,
    /// The network's name.
    pub name: String,
    /// The driver: `bridge` for all that Compose makes.
    pub driver: String,
    /// The time of creation, in the engine's format.
    pub created: String,
}

impl Question for Networks {
    const KIND: &'static str = "docker.networks";
    type Answer = Vec<Network>;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<Vec<Network>, EngineError> {
        let list = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            docker.list_networks(None::<ListNetworksOptions>).await
        });
        let network = |seen: bollard::models::Network| Network {
            id: seen.id.unwrap_or_default(),
            name: seen.name.unwrap_or_default(),
            driver: seen.driver.unwrap_or_default(),
            created: seen.created.unwrap_or_default(),
        };
        let mut seen: Vec<Network> = list.await?.into_iter().map(network).collect();
        seen.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(seen)
    }
}

/// Creates a network, as `docker network create NAME` does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkCreate {
    /// Where the engine is.
    pub host: Host,
    /// The network's name.
    pub name: NetworkName,
}

/// The network after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkCreated {
    /// The network's id.
    pub id: String,
    /// Whether the network existed before.
    pub already: bool,
}

impl Change for NetworkCreate {
    const KIND: &'static str = "docker.network-create";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = NetworkCreated;
    type Error = EngineError;

    fn describe(&self) -> String {
        format!("create network {} on {}", self.name, self.host)
    }

    /// Looks before it creates: engine 20.10 makes a second network of one name without an error.
    async fn apply(&self, live: &Live, _: &Progress) -> Result<NetworkCreated, EngineError> {
        let networks = Networks { host: self.host.clone() }.ask(live).await?;
        if let Some(there) = networks.into_iter().find(|it| it.name == self.name.as_str()) {
            return Ok(NetworkCreated { id: there.id, already: true });
        }
        let request =
            NetworkCreateRequest { name: self.name.as_str().to_owned(), ..Default::default() };
        let made = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            docker.create_network(request).await
        });
        Ok(NetworkCreated { id: made.await?.id, already: false })
    }

    fn extent(outcome: Result<&NetworkCreated, &EngineError>) -> Applied {
        let refused = |it: &EngineError| matches!(it, EngineError::Refused { .. });
        outcome.map_or_else(|it| Applied::of_failure(refused(it)), |_| Applied::Full)
    }
}
