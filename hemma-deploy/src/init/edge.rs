//! Where the public names should lead.

use super::answers::Edge;
use super::draft::{Draft, Value};
use super::host::public_addresses;
use super::{About, Answers, Facts, HostFacts, Question, Source};

/// The value of `[edge]` for the public names; `None` where only the operator can say.
pub(super) fn target(
    names: &[String],
    (facts, answers): (&Facts, &Answers),
    draft: &mut Draft,
) -> Option<Value> {
    if let Some((edge, said)) = &answers.edge {
        return Some(value(edge.as_ref()?, said.source("--edge")));
    }
    if let Some((edge, source)) = facts.host.as_ref().and_then(|it| of_host(it, names)) {
        return Some(value(&edge, source));
    }
    draft.ask(Question {
        about: About::Edge,
        words:
            "Where should the public names lead: which DNS name or address does the server have?"
                .to_owned(),
        guess: None,
        flag: "--edge NAME_OR_ADDRESS".to_owned(),
        otherwise: "the public names are in hemma.toml as comments",
    });
    None
}

fn value(edge: &Edge, source: Source) -> Value {
    match edge {
        Edge::Name(name) => Value::text("host", name, source),
        Edge::Addresses(all) => {
            Value::list("addresses", all.iter().map(ToString::to_string), source)
        }
    }
}

fn of_host(host: &HostFacts, names: &[String]) -> Option<(Edge, Source)> {
    let ssh = host.ssh_name.as_deref().unwrap_or_default();
    if let Ok(address) = ssh.parse() {
        let public = public_addresses([address]);
        if !public.is_empty() {
            return Some((Edge::Addresses(public), Source::Ssh));
        }
    }
    let is_private = |it: &str| {
        let ends = [".local", ".lan", ".internal", ".ts.net", ".home", ".invalid"];
        !it.contains('.') || ends.iter().any(|end| it.ends_with(end))
    };
    // A name that is one of the public names would lead to itself.
    if !is_private(ssh)
        && !names.iter().any(|it| it == ssh)
        && let Ok(name) = ssh.parse()
    {
        return Some((Edge::Name(name), Source::Ssh));
    }
    let addresses = host.addresses.clone();
    let words = "the addresses of its interfaces".to_owned();
    (!addresses.is_empty()).then_some((Edge::Addresses(addresses), Source::Host(words)))
}
