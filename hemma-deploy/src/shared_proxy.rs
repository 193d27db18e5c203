//! The reverse proxy that the application shares with others, if it does.

use hemma_core::{Finding, World};
use hemma_docker::network;
use hemma_ingress::proxy;

use crate::Config;

/// Whether the proxy stack runs, and its network exists. No finding if the settings name no shared
/// network.
pub(crate) async fn verify(world: &World, config: &Config) -> Vec<Finding> {
    let Some(name) = &config.compose.network else { return Vec::new() };
    let (host, ingress) = (&config.host.alias, config.into());
    let (mut proxy, network) =
        tokio::join!(proxy::verify(world, &ingress), network::verify(world, host, name));
    proxy.push(network);
    proxy
}
