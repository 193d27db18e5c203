//! The name servers of a zone, and their answers. They have the current data; caches may have older
//! data.

use std::net::SocketAddr;

use futures_util::future::join_all;
use hemma_core::World;
use serde::{Deserialize, Serialize};

use crate::lookup::DNS_PORT;
use crate::{Answer, Data, DnsName, Found, Lookup, LookupError, RecordKind, Vantage};

/// The maximum number of servers to ask. A zone has two to four, which have the same data.
const SERVERS_MAX: usize = 4;

/// The maximum number of aliases from zone to zone. Real chains have one or two.
const ZONES_MAX: usize = 6;

/// The way to find the servers of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorities {
    /// Ask this machine's resolver for the zone's NS records.
    Walk,
    /// Use these servers for every zone; for a private network.
    Given(Vec<SocketAddr>),
}

/// A zone and its name servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// The name of the zone. `None` if the servers were given.
    pub name: Option<DnsName>,
    /// The addresses of its servers.
    pub servers: Vec<SocketAddr>,
}

/// Why the servers of a zone are not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ZoneError {
    /// The NS records could not be looked up.
    #[error("the name servers of `{name}` could not be found")]
    Walk {
        /// The name whose zone was looked for.
        name: DnsName,
        /// The reason.
        source: LookupError,
    },
    /// Neither the name nor any name above it has NS records.
    #[error("no zone holds `{name}`")]
    None {
        /// The name.
        name: DnsName,
    },
    /// The servers have names, and the names have no addresses.
    #[error("none of the name servers of `{zone}` has an address ({})", .names.join(", "))]
    Nowhere {
        /// The zone.
        zone: DnsName,
        /// The names of the servers.
        names: Vec<String>,
    },
}

/// Finds the servers of the zone of `name`: the nearest name at or above it that has NS records.
/// All these names are looked up at once, so that the depth of a name costs no time.
pub async fn find(
    world: &World,
    name: &DnsName,
    authorities: &Authorities,
) -> Result<Zone, ZoneError> {
    if let Authorities::Given(servers) = authorities {
        return Ok(Zone { name: None, servers: servers.clone() });
    }
    let above: Vec<DnsName> = name.and_above().collect();
    let asked = join_all(
        above
            .iter()
            .map(async |it| world.ask(&Lookup::new(it, RecordKind::Ns, Vantage::System)).await),
    );
    for (zone, answer) in above.iter().zip(asked.await) {
        match answer {
            // NS records behind an alias belong to the zone of the alias's target.
            Ok(answer) if answer.found == Found::Records && answer.aliases.is_empty() => {
                return servers(world, zone, &answer).await;
            }
            Ok(_) => {}
            Err(source) => return Err(ZoneError::Walk { name: name.clone(), source }),
        }
    }
    Err(ZoneError::None { name: name.clone() })
}

async fn servers(world: &World, zone: &DnsName, answer: &Answer) -> Result<Zone, ZoneError> {
    let mut names: Vec<String> = answer.records.iter().filter_map(server_name).collect();
    // Servers shuffle the names; sorted, two runs ask the same.
    names.sort();
    names.truncate(SERVERS_MAX);
    let addresses = join_all(names.iter().map(async |it| {
        let name = it.parse::<DnsName>().ok()?;
        let v4 = world.ask(&Lookup::new(&name, RecordKind::A, Vantage::System)).await;
        // Many networks have no IPv6 access, so IPv4 is preferred.
        if let Some(address) = v4.as_ref().ok().and_then(|it| it.addresses().next()) {
            return Some(address);
        }
        let v6 = world.ask(&Lookup::new(&name, RecordKind::Aaaa, Vantage::System)).await;
        v6.ok()?.addresses().next()
    }));
    let found = addresses.await.into_iter().flatten();
    let servers: Vec<SocketAddr> = found.map(|it| SocketAddr::new(it, DNS_PORT)).collect();
    if servers.is_empty() {
        return Err(ZoneError::Nowhere { zone: zone.clone(), names });
    }
    Ok(Zone { name: Some(zone.clone()), servers })
}

fn server_name(record: &crate::Record) -> Option<String> {
    match &record.data {
        Data::Ns(name) => Some(name.clone()),
        _ => None,
    }
}

/// The answer of one server of the zone about `name`. If an alias leads into another zone, that
/// zone's servers are asked about its end.
pub async fn ask(
    world: &World,
    name: &DnsName,
    kind: RecordKind,
    server: SocketAddr,
    authorities: &Authorities,
) -> Result<Answer, LookupError> {
    let first = Lookup::new(name, kind, Vantage::Authority(server));
    let mut answer = world.ask(&first).await?;
    let mut visited = vec![name.as_str().to_owned()];
    while answer.found == Found::AliasOnly {
        let Some(end) = answer.end().map(str::to_owned) else { break };
        if visited.contains(&end) || visited.len() >= ZONES_MAX {
            answer.found = Found::AliasLoop;
            break;
        }
        let Ok(next) = end.parse::<DnsName>() else { break };
        visited.push(end);
        let beyond = at_the_end(world, &next, kind, authorities).await?;
        answer.aliases.extend(beyond.aliases);
        answer = Answer { aliases: answer.aliases, ..beyond };
    }
    Ok(answer)
}

/// The first answer of a server of the end's zone. If the zone cannot be found, a resolver is
/// asked: its answer is better than none, and is marked as not authoritative.
async fn at_the_end(
    world: &World,
    name: &DnsName,
    kind: RecordKind,
    authorities: &Authorities,
) -> Result<Answer, LookupError> {
    let servers = find(world, name, authorities).await.map(|it| it.servers).unwrap_or_default();
    for server in servers {
        let answer = world.ask(&Lookup::new(name, kind, Vantage::Authority(server))).await;
        if answer.is_ok() {
            return answer;
        }
    }
    world.ask(&Lookup::new(name, kind, Vantage::System)).await
}
