//! Judges the state of a name from the answers. It is a pure function: no question is asked here.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Evidence, Target, View, Wanted};
use crate::caa::Permission;
use crate::zone::ZoneError;
use crate::{Answer, DnsName, Found, LookupError, Vantage};

/// A state of a name. A name can have several states at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Every answer leads to the host.
    Here {
        /// The addresses.
        addresses: Vec<IpAddr>,
        /// The name's alias, if it has one.
        alias: Option<String>,
        /// The number of vantage points that answered so.
        views: usize,
        /// The host's name, if the name should be an alias of it and is not: the address changes.
        better_alias_of: Option<DnsName>,
        /// The errors of the vantage points that could not be asked.
        unasked: Vec<LookupError>,
    },
    /// The name leads to another address.
    Elsewhere {
        /// The addresses.
        addresses: Vec<IpAddr>,
        /// The addresses that it should have.
        wanted: Vec<IpAddr>,
        /// The last alias on the way.
        alias: Option<String>,
        /// The vantage points that answered so.
        at: Vec<Vantage>,
    },
    /// The name leads nowhere.
    Missing {
        /// The kind of result.
        found: Found,
        /// The alias that dangles or goes in a circle, if there is one.
        alias: Option<String>,
        /// The vantage points that answered so.
        at: Vec<Vantage>,
    },
    /// The zone is right, and a cache still has the old answer.
    Stale {
        /// The vantage point with the cache.
        at: Vantage,
        /// The old addresses; empty if it has cached that the name does not exist.
        addresses: Vec<IpAddr>,
        /// The seconds for which it may cache them. `None` for a missing name, whose remaining time
        /// is not told.
        seconds_left: Option<u32>,
    },
    /// Vantage points that should agree do not, and none of them is known to be right.
    Disagreement {
        /// The vantage points that lead to the host.
        here: Vec<Vantage>,
        /// The other vantage points.
        not: Vec<Vantage>,
        /// The longest time for which any of them may cache its answer, in seconds.
        seconds_left: Option<u32>,
    },
    /// The IPv6 address is not the host's. Certificate authorities prefer IPv6.
    Ipv6Elsewhere {
        /// The addresses.
        addresses: Vec<IpAddr>,
        /// The vantage points that answered so.
        at: Vec<Vantage>,
    },
    /// The CAA records do not let the authority issue.
    CaaForbids {
        /// The name that has the records.
        records_at: DnsName,
        /// The record that forbids it, or what is missing.
        because: String,
    },
    /// The CAA records let one account issue; whose account that is, DNS does not show.
    CaaOneAccount {
        /// The name that has the records.
        records_at: DnsName,
        /// The account.
        account: String,
    },
    /// A server answered that it does not know, or its answer cannot be read.
    Unseen {
        /// The error.
        error: LookupError,
    },
    /// The servers of the zone were not found, so only caches were asked.
    NoAuthority {
        /// The reason.
        error: ZoneError,
    },
    /// The address that the name should lead to is not known.
    NoTarget {
        /// The reason.
        error: LookupError,
    },
}

/// Judges the state of one name.
pub fn judge(evidence: &Evidence, wanted: &Wanted, target: &Target) -> Vec<Standing> {
    let mut standings = match wanted {
        Ok(wanted) => address(evidence, wanted, target),
        Err(error) => vec![Standing::NoTarget { error: error.clone() }],
    };
    match &evidence.issuing {
        None | Some(Ok(Permission::Unrestricted | Permission::Named { .. })) => {}
        Some(Ok(Permission::Forbidden { at, because })) => {
            let (records_at, because) = (at.clone(), because.clone());
            standings.push(Standing::CaaForbids { records_at, because });
        }
        Some(Ok(Permission::OneAccount { at, account })) => {
            let (records_at, account) = (at.clone(), account.clone());
            standings.push(Standing::CaaOneAccount { records_at, account });
        }
        Some(Err(error)) => standings.push(Standing::Unseen { error: error.clone() }),
    }
    standings
}

fn address(evidence: &Evidence, wanted: &[IpAddr], target: &Target) -> Vec<Standing> {
    // A host with only IPv6 addresses is judged by them; every other host needs the right IPv4
    // address.
    let by_v4 = wanted.iter().any(IpAddr::is_ipv4) || wanted.is_empty();
    let seen = Seen::new(evidence, wanted, by_v4);
    let mut standings = Vec::new();
    let truth = if seen.authorities.is_empty() { &seen.resolvers } else { &seen.authorities };
    let (right, wrong): (Vec<&Look<'_>>, Vec<&Look<'_>>) = truth.iter().partition(|it| it.right);
    if right.is_empty() {
        standings.extend(wrong_ways(&wrong, wanted));
    } else if wrong.is_empty() {
        let stale = seen.resolvers.iter().filter(|it| !it.right).map(stale);
        standings.extend(stale);
        if standings.is_empty() {
            standings.push(here(&seen, &right, target));
        }
    } else {
        let at = |looks: &[&Look<'_>]| looks.iter().map(|it| it.at).collect();
        let seconds_left = truth.iter().filter_map(|it| it.answer.ttl()).max();
        standings.push(Standing::Disagreement { here: at(&right), not: at(&wrong), seconds_left });
    }
    standings.extend(ipv6(evidence, wanted));
    let said = seen.unanswered.iter().filter(|it| !it.is_ours() || truth.is_empty());
    standings.extend(said.map(|it| Standing::Unseen { error: (*it).clone() }));
    let no_authority = evidence.no_authority.iter();
    standings.extend(no_authority.map(|it| Standing::NoAuthority { error: it.clone() }));
    standings
}

/// The answer of one vantage point, and whether it leads to the host.
struct Look<'e> {
    at: Vantage,
    answer: &'e Answer,
    right: bool,
}

struct Seen<'e> {
    authorities: Vec<Look<'e>>,
    resolvers: Vec<Look<'e>>,
    unanswered: Vec<&'e LookupError>,
}

impl<'e> Seen<'e> {
    fn new(evidence: &'e Evidence, wanted: &[IpAddr], by_v4: bool) -> Self {
        let mut seen =
            Self { authorities: Vec::new(), resolvers: Vec::new(), unanswered: Vec::new() };
        for view in &evidence.views {
            match if by_v4 { &view.v4 } else { &view.v6 } {
                Ok(answer) => {
                    let right = answer.found == Found::Records
                        && answer.addresses().all(|it| wanted.contains(&it));
                    let look = Look { at: view.at, answer, right };
                    match view.at {
                        Vantage::Authority(_) => seen.authorities.push(look),
                        _ => seen.resolvers.push(look),
                    }
                }
                Err(error) => seen.unanswered.push(error),
            }
        }
        seen
    }
}

fn here(seen: &Seen<'_>, right: &[&Look<'_>], target: &Target) -> Standing {
    let alias = right.iter().find_map(|it| it.answer.end()).map(str::to_owned);
    let better_alias_of = match target {
        Target::SameAs(host) if alias.is_none() => Some(host.clone()),
        _ => None,
    };
    Standing::Here {
        addresses: addresses(right),
        alias,
        views: seen.authorities.len() + seen.resolvers.len(),
        better_alias_of,
        unasked: seen.unanswered.iter().filter(|it| it.is_ours()).map(|it| (*it).clone()).collect(),
    }
}

fn stale(look: &Look<'_>) -> Standing {
    let addresses = look.answer.addresses().collect();
    Standing::Stale { at: look.at, addresses, seconds_left: look.answer.ttl() }
}

/// One state for each kind of wrong answer.
fn wrong_ways(wrong: &[&Look<'_>], wanted: &[IpAddr]) -> Vec<Standing> {
    let (elsewhere, missing): (Vec<&Look<'_>>, Vec<&Look<'_>>) =
        wrong.iter().copied().partition(|it| it.answer.found == Found::Records);
    let at = |looks: &[&Look<'_>]| looks.iter().map(|it| it.at).collect();
    let alias =
        |looks: &[&Look<'_>]| looks.iter().find_map(|it| it.answer.end()).map(str::to_owned);
    let mut ways = Vec::new();
    if !elsewhere.is_empty() {
        ways.push(Standing::Elsewhere {
            addresses: addresses(&elsewhere),
            wanted: wanted.to_vec(),
            alias: alias(&elsewhere),
            at: at(&elsewhere),
        });
    }
    if let Some(first) = missing.first() {
        let found = first.answer.found;
        ways.push(Standing::Missing { found, alias: alias(&missing), at: at(&missing) });
    }
    ways
}

fn addresses(looks: &[&Look<'_>]) -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = looks.iter().flat_map(|it| it.answer.addresses()).collect();
    all.sort();
    all.dedup();
    all
}

/// An AAAA record that is not the host's breaks issuance even if every visitor uses IPv4.
fn ipv6(evidence: &Evidence, wanted: &[IpAddr]) -> Option<Standing> {
    let foreign = |view: &View| -> Vec<IpAddr> {
        let seen = view.v6.as_ref().map(|it| it.addresses().collect()).unwrap_or_default();
        let seen: Vec<IpAddr> = seen;
        seen.into_iter().filter(|it| !wanted.contains(it)).collect()
    };
    // If the host has no IPv4 address, the IPv6 address was already judged as the address itself.
    if !wanted.iter().any(IpAddr::is_ipv4) {
        return None;
    }
    let leading = evidence.views.iter().filter(|it| !foreign(it).is_empty());
    let at: Vec<Vantage> = leading.clone().map(|it| it.at).collect();
    let mut addresses: Vec<IpAddr> = leading.flat_map(foreign).collect();
    addresses.sort();
    addresses.dedup();
    (!at.is_empty()).then_some(Standing::Ipv6Elsewhere { addresses, at })
}
