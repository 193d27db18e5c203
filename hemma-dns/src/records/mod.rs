//! Do the public names point at the host, seen from everywhere at once?
//!
//! Runbook: day 1, step 1.
//!
//! Invariant: nothing here changes a record. Zones are managed at registrars with interfaces of
//! their own, and a wrong record takes down more than one application.

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

/// The names to look at, and the vantage points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The public names.
    pub names: Vec<DnsName>,
    /// The place that they should lead to.
    pub target: Target,
    /// The resolvers to ask.
    pub resolvers: Vec<Vantage>,
    /// The way to find the servers of the zones.
    pub authorities: Authorities,
    /// The certificate authority. `None` skips the CAA records.
    pub issuer: Option<Issuer>,
}

impl Scope {
    /// Looks from this machine, from the well-known public resolvers and from the zones' own
    /// servers; Let's Encrypt is the certificate authority.
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

/// The place that a name should lead to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// These addresses.
    Addresses(Vec<IpAddr>),
    /// The addresses of the host's own name, which a dynamic DNS client keeps up to date.
    SameAs(DnsName),
}

/// Looks at every name from every vantage point at once, and reports the state of each.
pub async fn verify(world: &World, scope: &Scope) -> Report {
    let mut report = Report::default();
    let mut aimless = false;
    for (name, standings) in standings(world, scope).await {
        for standing in standings {
            // A reason that affects all names is reported once.
            let again = matches!(standing, Standing::NoTarget { .. })
                && std::mem::replace(&mut aimless, true);
            if !again {
                report.add(finding(&name, &standing));
            }
        }
    }
    report
}

/// The states of every name as values, in the order of the names.
pub async fn standings(world: &World, scope: &Scope) -> Vec<(DnsName, Vec<Standing>)> {
    let wanted = evidence::wanted(world, scope);
    let looked = join_all(scope.names.iter().map(|it| look(world, it, scope)));
    let (wanted, looked) = tokio::join!(wanted, looked);
    let judged = looked.iter().map(|it| (it.name.clone(), judge(it, &wanted, &scope.target)));
    judged.collect()
}
