//! Gathers the answers of every vantage point about one name.

use std::net::{IpAddr, SocketAddr};

use futures_util::future::join_all;
use hemma_core::World;
use serde::{Deserialize, Serialize};

use super::{Scope, Target};
use crate::caa::{self, Permission};
use crate::zone::{self, ZoneError};
use crate::{Answer, DnsName, LookupError, RecordKind, Vantage};

/// The answers about one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The name.
    pub name: DnsName,
    /// The answers of each vantage point.
    pub views: Vec<View>,
    /// Why no server of the zone was asked, if none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_authority: Option<ZoneError>,
    /// The permission that the CAA records give, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuing: Option<Result<Permission, LookupError>>,
}

/// The answers of one vantage point about one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The server that was asked.
    pub at: Vantage,
    /// The IPv4 addresses.
    pub v4: Result<Answer, LookupError>,
    /// The IPv6 addresses.
    pub v6: Result<Answer, LookupError>,
}

/// The addresses that a name should lead to, or why they are not known.
pub type Wanted = Result<Vec<IpAddr>, LookupError>;

/// Asks every vantage point about `name`, at once.
pub async fn look(world: &World, name: &DnsName, scope: &Scope) -> Evidence {
    let resolvers = join_all(scope.resolvers.iter().map(|it| from_resolver(world, name, *it)));
    let issuing = async {
        let issuer = scope.issuer.as_ref()?;
        let at = scope.resolvers.first().copied().unwrap_or(Vantage::System);
        Some(caa::ask(world, name, issuer, at).await)
    };
    let (authorities, resolvers, issuing) =
        tokio::join!(from_authorities(world, name, scope), resolvers, issuing);
    let (mut views, no_authority) = match authorities {
        Ok(views) => (views, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    views.extend(resolvers);
    Evidence { name: name.clone(), views, no_authority, issuing }
}

async fn from_resolver(world: &World, name: &DnsName, at: Vantage) -> View {
    let [v4, v6] = [RecordKind::A, RecordKind::Aaaa].map(|kind| crate::Lookup::new(name, kind, at));
    let (v4, v6) = tokio::join!(world.ask(&v4), world.ask(&v6));
    View { at, v4, v6 }
}

async fn from_authorities(
    world: &World,
    name: &DnsName,
    scope: &Scope,
) -> Result<Vec<View>, ZoneError> {
    let zone = zone::find(world, name, &scope.authorities).await?;
    let views =
        zone.servers.iter().map(async |server| from_authority(world, name, *server, scope).await);
    Ok(join_all(views).await)
}

async fn from_authority(world: &World, name: &DnsName, server: SocketAddr, scope: &Scope) -> View {
    let ask = |kind| zone::ask(world, name, kind, server, &scope.authorities);
    let (v4, v6) = tokio::join!(ask(RecordKind::A), ask(RecordKind::Aaaa));
    View { at: Vantage::Authority(server), v4, v6 }
}

/// The addresses that the names should lead to. The zone's own servers are asked first, since a
/// resolver may still have an old address of the host.
pub(super) async fn wanted(world: &World, scope: &Scope) -> Wanted {
    let host = match &scope.target {
        Target::Addresses(addresses) => return Ok(addresses.clone()),
        Target::SameAs(host) => host,
    };
    let first = scope.resolvers.first().copied().unwrap_or(Vantage::System);
    let (authorities, resolver) =
        tokio::join!(from_authorities(world, host, scope), from_resolver(world, host, first));
    let mut views = authorities.unwrap_or_default();
    views.push(resolver);
    let answered = views.iter().position(|it| it.v4.is_ok() && it.v6.is_ok()).unwrap_or(0);
    let View { v4, v6, .. } = views.swap_remove(answered);
    let (v4, v6) = (v4?, v6?);
    Ok(v4.addresses().chain(v6.addresses()).collect())
}
