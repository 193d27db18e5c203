//! Is only the reverse proxy reachable from outside?
//!
//! Runbook: notes, public surface.
//!
//! Four views must agree: the ports that the compose files publish, those that the engine opened,
//! those on which programs of the host listen, and those that answer from here. Published ports
//! bypass the host's firewall, so each of the four can be wrong without the others.
//!
//! Invariant: nothing here closes a port, because it may belong to another person's application.

mod dial;
mod judge;
mod source;
mod views;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use hemma_core::{Report, Workdir, World};

pub use dial::{Dial, DialError, Dialed};
pub use source::Source;
#[cfg(feature = "fuzzing")]
pub use source::fuzz_find;

use hemma_docker::Containers;
use hemma_docker::compose::{ComposeFiles, LookModel};

use crate::IngressSpec;
use crate::listeners;
use views::{Outside, Views};

/// Looks at all four views at once and reports ports that should not be open. `files` are all
/// compose files of the application, with every profile: a service that is not started today may be
/// tomorrow. `from_outside` is the host's public address, which is used for connections from here.
pub async fn verify(
    world: &World,
    spec: &IngressSpec,
    files: &ComposeFiles,
    from_outside: Option<IpAddr>,
) -> Report {
    let host = &spec.host;
    let (model, sources, containers, listeners) = tokio::join!(
        async {
            let files = files.clone();
            world.ask(&LookModel { files, tree: Workdir::in_place(), hashes: false }).await
        },
        source::look(world, files),
        async { world.ask(&Containers { host: host.clone() }).await },
        listeners::look(world, host),
    );
    let outside = match from_outside {
        Some(address) if address.is_loopback() => Outside::Same,
        Some(_) => Outside::Here,
        None => Outside::Unknown,
    };
    let dialed = BTreeMap::new();
    let mut views = Views { model, sources, containers, listeners, outside, dialed };
    if let Some(address) = from_outside.filter(|_| outside == Outside::Here) {
        views.dialed = dial(world, address, &judge::ports(spec, &views)).await;
    }
    judge::judge(spec, &views)
}

async fn dial(
    world: &World,
    address: IpAddr,
    ports: &[u16],
) -> BTreeMap<u16, Result<Dialed, DialError>> {
    let asked = ports.iter().map(async |port| {
        let to = SocketAddr::new(address, *port);
        (*port, world.ask(&Dial::new(to)).await)
    });
    futures_util::future::join_all(asked).await.into_iter().collect()
}
