//! The text of a state.

use std::fmt::Display;

use hemma_core::{Finding, FindingId, Hint, causes};

use super::Standing;
use crate::ids;
use crate::{DnsName, Found, Vantage};

/// The finding for one state of `name`.
pub fn finding(name: &DnsName, standing: &Standing) -> Finding {
    let subject = name.as_str();
    let fail = |detail: String, at: &[Vantage], advice: String| {
        Finding::fail(id(standing), subject, detail).evidence(said_by(at)).hint(Hint::Do(advice))
    };
    match standing {
        Standing::Here { addresses, alias, views, better_alias_of, unasked } => {
            let detail =
                format!("{}{}, {}", list(addresses), by(alias.as_ref()), counted(*views, "view"));
            let unasked = unasked.iter().map(|it| causes(it));
            let finding = Finding::pass(id(standing), subject, detail).evidence(unasked);
            better_alias_of.iter().fold(finding, |it, host| it.hint(better_alias(name, host)))
        }
        Standing::Elsewhere { addresses, wanted, alias, at } => fail(
            format!(
                "leads to {}{}; the host is {}",
                list(addresses),
                by(alias.as_ref()),
                list(wanted)
            ),
            at,
            format!("let {name} lead to the host where the zone is kept"),
        ),
        Standing::Missing { found, alias, at } => fail(
            nothing(*found, alias.as_deref()),
            at,
            format!("add {name} where the zone is kept, as an alias of the host"),
        ),
        Standing::Stale { at, addresses, seconds_left } => {
            fail(stale(*at, addresses, *seconds_left), &[], "wait, then look again".to_owned())
        }
        Standing::Disagreement { here, not, seconds_left } => {
            let left = seconds_left.map(|it| format!("; they may keep it for {it} s"));
            let (right, left) = (counted(here.len(), "server"), left.unwrap_or_default());
            let lines = here.iter().map(|it| format!("{it} leads to the host"));
            Finding::fail(id(standing), subject, format!("{right} right, {} not{left}", not.len()))
                .evidence(lines.chain(not.iter().map(|it| format!("{it} does not"))))
        }
        Standing::Ipv6Elsewhere { addresses, at } => fail(
            format!(
                "its AAAA record leads to {}, which is not the host; certificate authorities try \
                 IPv6 first",
                list(addresses)
            ),
            at,
            format!("remove the AAAA record of {name}"),
        ),
        Standing::CaaForbids { records_at, because } => fail(
            format!("the CAA records of {records_at} forbid the certificate: {because}"),
            &[],
            format!("let the authority issue in the CAA records of {records_at}, or remove them"),
        ),
        Standing::CaaOneAccount { records_at, account } => Finding::unseen(
            id(standing),
            subject,
            format!("the CAA records of {records_at} let only the account {account} issue"),
        ),
        Standing::Unseen { error } => Finding::unknown(id(standing), subject, error),
        Standing::NoTarget { error } => {
            Finding::unknown(id(standing), "where the names should lead", error)
        }
        Standing::NoAuthority { error } => Finding::unknown(id(standing), subject, error),
    }
}

/// The id of the finding.
fn id(standing: &Standing) -> FindingId {
    match standing {
        Standing::Here { .. } => ids::DNS_HERE,
        Standing::Elsewhere { .. } => ids::DNS_ELSEWHERE,
        Standing::Missing { .. } => ids::DNS_MISSING,
        Standing::Stale { .. } => ids::DNS_STALE,
        Standing::Disagreement { .. } => ids::DNS_DISAGREEMENT,
        Standing::Ipv6Elsewhere { .. } => ids::DNS_AAAA_ELSEWHERE,
        Standing::CaaForbids { .. } => ids::DNS_CAA_FORBIDS,
        Standing::CaaOneAccount { .. } => ids::DNS_CAA_ONE_ACCOUNT,
        Standing::Unseen { .. } => ids::DNS_UNSEEN,
        Standing::NoTarget { .. } => ids::DNS_TARGET_UNSEEN,
        Standing::NoAuthority { .. } => ids::DNS_AUTHORITY_UNSEEN,
    }
}

fn better_alias(name: &DnsName, host: &DnsName) -> Hint {
    Hint::Do(format!(
        "make {name} an alias (CNAME) of {host}: its own A record goes stale when the host's \
         address changes"
    ))
}

fn by(alias: Option<&String>) -> String {
    alias.map(|it| format!(" by way of {it}")).unwrap_or_default()
}

fn stale(at: Vantage, addresses: &[std::net::IpAddr], left: Option<u32>) -> String {
    let still = match addresses {
        [] => "that there is nothing".to_owned(),
        some => list(some),
    };
    let left = left.map_or("for a while".to_owned(), |it| format!("for {it} s more"));
    format!("{at} still says {still}, and may do so {left}; the zone itself is right")
}

fn nothing(found: Found, alias: Option<&str>) -> String {
    match (found, alias) {
        (Found::AliasLoop, Some(alias)) => format!("its aliases lead in a circle, back to {alias}"),
        (Found::NoSuchName, Some(alias)) => format!("is an alias of {alias}, which does not exist"),
        (_, Some(alias)) => format!("is an alias of {alias}, which has no address"),
        (Found::NoSuchName, None) => "there is no such name".to_owned(),
        (_, None) => "the name is there, and has no address".to_owned(),
    }
}

fn said_by(at: &[Vantage]) -> Option<String> {
    (!at.is_empty()).then(|| format!("seen from {}", list(at)))
}

fn list<T: Display>(items: &[T]) -> String {
    match items {
        [] => "no address".to_owned(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
