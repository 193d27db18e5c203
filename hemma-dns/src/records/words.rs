//! A standing in words.

use std::fmt::Display;

use hemma_core::{Finding, Hint, causes};

use super::Standing;
use crate::{DnsName, Found, Vantage};

/// What the operator reads of one standing of `name`.
pub fn finding(name: &DnsName, standing: &Standing) -> Finding {
    let subject = name.as_str();
    match standing {
        Standing::Here { addresses, alias, views, better_alias_of, unasked } => {
            let way = alias.as_ref().map(|it| format!(" by way of {it}")).unwrap_or_default();
            let detail = format!("{}{way}, {}", list(addresses), counted(*views, "view"));
            let finding =
                Finding::pass(subject, detail).evidence(unasked.iter().map(|it| causes(it)));
            match better_alias_of {
                None => finding,
                Some(host) => finding.hint(Hint::Do(format!(
                    "make {name} an alias (CNAME) of {host}: its own A record goes stale when the \
                     host's address changes"
                ))),
            }
        }
        Standing::Elsewhere { addresses, wanted, alias, at } => {
            let way = alias.as_ref().map(|it| format!(" by way of {it}")).unwrap_or_default();
            let detail = format!("leads to {}{way}; the host is {}", list(addresses), list(wanted));
            Finding::fail(subject, detail)
                .evidence(said_by(at))
                .hint(Hint::Do(format!("let {name} lead to the host where the zone is kept")))
        }
        Standing::Missing { found, alias, at } => {
            let hint =
                Hint::Do(format!("add {name} where the zone is kept, as an alias of the host"));
            let detail = nothing(*found, alias.as_deref());
            Finding::fail(subject, detail).evidence(said_by(at)).hint(hint)
        }
        Standing::Stale { at, addresses, seconds_left } => {
            stale(subject, *at, addresses, *seconds_left)
        }
        Standing::Disagreement { here, not, seconds_left } => {
            let left =
                seconds_left.map(|it| format!("; they may keep it for {it} s")).unwrap_or_default();
            let detail =
                format!("{} right, {} not{left}", counted(here.len(), "server"), not.len());
            let lines = here.iter().map(|it| format!("{it} leads to the host"));
            let finding = Finding::fail(subject, detail).evidence(lines);
            finding.evidence(not.iter().map(|it| format!("{it} does not")))
        }
        Standing::Ipv6Elsewhere { addresses, at } => {
            let detail = format!(
                "its AAAA record leads to {}, which is not the host; certificate authorities try \
                 IPv6 first",
                list(addresses)
            );
            Finding::fail(subject, detail)
                .evidence(said_by(at))
                .hint(Hint::Do(format!("remove the AAAA record of {name}")))
        }
        other => issuing_or_unseen(subject, other),
    }
}

fn stale(subject: &str, at: Vantage, addresses: &[std::net::IpAddr], left: Option<u32>) -> Finding {
    let still = match addresses {
        [] => "that there is nothing".to_owned(),
        some => list(some),
    };
    let left = left.map_or("for a while".to_owned(), |it| format!("for {it} s more"));
    let detail = format!("{at} still says {still}, and may do so {left}; the zone itself is right");
    Finding::fail(subject, detail).hint(Hint::Do("wait, then look again".to_owned()))
}

fn issuing_or_unseen(subject: &str, standing: &Standing) -> Finding {
    match standing {
        Standing::CaaForbids { records_at, because } => {
            let detail =
                format!("the CAA records of {records_at} forbid the certificate: {because}");
            Finding::fail(subject, detail).hint(Hint::Do(format!(
                "let the authority issue in the CAA records of {records_at}, or remove them"
            )))
        }
        Standing::CaaOneAccount { records_at, account } => Finding::unseen(
            subject,
            format!("the CAA records of {records_at} let only the account {account} issue"),
        ),
        Standing::Unseen { error } => Finding::unknown(subject, error),
        Standing::NoTarget { error } => Finding::unknown("where the names should lead", error),
        Standing::NoAuthority { error } => Finding::unknown(subject, error),
        // The caller has dealt with the rest; a new standing must still not go by unseen.
        other => Finding::unseen(subject, format!("{other:?}")),
    }
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
