//! The reverse proxy that the application shares with others, where it does.

use hemma_core::{Finding, World};
use hemma_docker::network;
use hemma_ingress::proxy;

use crate::Config;

/// Whether the proxy stack runs, and its network is there. Nothing where the settings name no network
/// that is shared with a proxy.
pub(crate) async fn verify(world: &World, config: &Config) -> Vec<Finding> {
    let Some(name) = &config.compose.network else { return Vec::new() };
    let (host, ingress) = (&config.host.alias, config.into());
    let (mut proxy, network) =
        tokio::join!(proxy::verify(world, &ingress), network::verify(world, host, name));
    proxy.push(network);
    proxy
}
