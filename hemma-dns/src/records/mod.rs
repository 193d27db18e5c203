//! Do the public names point at the host, seen from everywhere at once?
//!
//! Runbook: day 1, step 1.
//!
//! Invariant: nothing here changes a record. Zones belong to registrars with interfaces of their
//! own, and a wrong record takes down more than one application.

mod evidence;
mod judge;
mod words;

use std::net::IpAddr;

use futures_util::future::join_all;
use hemma_core::{Report, World};
use serde::{Deserialize, Serialize};

pub use evidence::{Evidence, View, Wanted, look};
pub use judge::{Standing, judge};
pub use words::finding;

use crate::caa::Issuer;
use crate::{Authorities, DnsName, PublicResolver, Vantage};

/// What to look at, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The public names.
    pub names: Vec<DnsName>,
    /// Where they should lead.
    pub target: Target,
    /// The resolvers that are asked.
    pub resolvers: Vec<Vantage>,
    /// How the servers of the zones are found.
    pub authorities: Authorities,
    /// Who is to issue the certificates. `None` leaves that question out.
    pub issuer: Option<Issuer>,
}

impl Scope {
    /// Seen from this machine, from the well-known public resolvers and from the zones' own
    /// servers; certificates by Let's Encrypt.
    pub fn everywhere(names: Vec<DnsName>, target: Target) -> Self {
        let public = PublicResolver::ALL.map(Vantage::Public);
        Self {
            names,
            target,
            resolvers: std::iter::once(Vantage::System).chain(public).collect(),
            authorities: Authorities::Walk,
            issuer: Some(Issuer::lets_encrypt()),
        }
    }
}

/// Where a name should lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To these addresses.
    Addresses(Vec<IpAddr>),
    /// To wherever the host's own name leads, which a dynamic DNS client keeps up to date.
    SameAs(DnsName),
}

/// Looks at every name from every vantage at once, and says how each stands.
pub async fn verify(world: &World, scope: &Scope) -> Report {
    let mut report = Report::default();
    let mut aimless = false;
    for (name, standings) in standings(world, scope).await {
        for standing in standings {
            // What keeps all names from being judged is said once.
            let again = matches!(standing, Standing::NoTarget { .. })
                && std::mem::replace(&mut aimless, true);
            if !again {
                report.add(finding(&name, &standing));
            }
        }
    }
    report
}

/// The same as values, in the order of the names.
pub async fn standings(world: &World, scope: &Scope) -> Vec<(DnsName, Vec<Standing>)> {
    let wanted = evidence::wanted(world, scope);
    let looked = join_all(scope.names.iter().map(|it| look(world, it, scope)));
    let (wanted, looked) = tokio::join!(wanted, looked);
    let judged = looked.iter().map(|it| (it.name.clone(), judge(it, &wanted, &scope.target)));
    judged.collect()
}
