//! Whether the host's IPv6 addresses are alive: certificate authorities try them first, and a name
//! that is an alias of the host has them as well.

use std::net::{IpAddr, SocketAddr};

use futures_util::future::join_all;
use hemma_core::{Finding, Hint, Report, World};
use hemma_dns::{Lookup, RecordKind, Scope, Target, Vantage};
use hemma_ingress::exposure::{Dial, DialError, Dialed};

use crate::ids;

/// Tries the port for plain HTTP at each address that the names should lead to. Nothing is asked if
/// none of them is an IPv6 address.
pub(crate) async fn verify(world: &World, scope: &Scope, port: u16) -> Report {
    let (name, addresses) = match &scope.target {
        Target::Addresses(addresses) => ("[edge] addresses".to_owned(), addresses.clone()),
        Target::SameAs(host) => {
            let at = scope.resolvers.first().copied().unwrap_or(Vantage::System);
            let ask = async |kind| world.ask(&Lookup::new(host, kind, at)).await;
            let (v4, v6) = tokio::join!(ask(RecordKind::A), ask(RecordKind::Aaaa));
            // A lookup without an answer is reported by the look at the records.
            let answers = v4.into_iter().chain(v6);
            let addresses = answers.flat_map(|it| it.addresses().collect::<Vec<_>>()).collect();
            (host.to_string(), addresses)
        }
    };
    if !addresses.iter().any(IpAddr::is_ipv6) {
        return Report::default();
    }
    let tried = addresses
        .iter()
        .map(async |it| (*it, world.ask(&Dial::new(SocketAddr::new(*it, port))).await));
    judge(&name, port, &join_all(tried).await).into_iter().collect()
}

type Tried = (IpAddr, Result<Dialed, DialError>);

/// A finding for each IPv6 address that does not answer where another address of the host does.
/// Where none answers, the port is closed, which says nothing about the address.
fn judge(name: &str, port: u16, tried: &[Tried]) -> Vec<Finding> {
    let answers = |it: &&Tried| matches!(it.1, Ok(Dialed::Open | Dialed::Refused));
    let Some((alive, _)) = tried.iter().find(answers) else { return Vec::new() };
    let others = tried.iter().filter(|it| it.0.is_ipv6() && !answers(it));
    others.map(|(address, result)| one(name, port, *alive, *address, result)).collect()
}

fn one(
    name: &str,
    port: u16,
    alive: IpAddr,
    address: IpAddr,
    result: &Result<Dialed, DialError>,
) -> Finding {
    match result {
        Err(error) if is_without_ipv6(error) => Finding::pass(
            ids::PUBLIC_AAAA_NOT_TRIED,
            name,
            format!("its IPv6 address {address} was not tried: this machine has no route to it"),
        ),
        Err(error @ DialError::NotRecorded(_)) => {
            Finding::unknown(ids::PUBLIC_AAAA_UNSEEN, name, error)
        }
        Ok(_) | Err(_) => Finding::fail(
            ids::PUBLIC_AAAA_SILENT,
            name,
            format!(
                "its IPv6 address {address} does not answer on port {port}, and {alive} does; \
                 certificate authorities try IPv6 first"
            ),
        )
        .hint(Hint::Do(format!(
            "remove the AAAA record of {name}, or make {address} reach the host"
        ))),
    }
}

/// Whether this machine has no way to send to the address: most often it has no IPv6.
fn is_without_ipv6(error: &DialError) -> bool {
    let unreachable = std::io::ErrorKind::NetworkUnreachable.to_string();
    matches!(error, DialError::NoWay { reason, .. } if *reason == unreachable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_does_not_answer_is_wrong_where_another_answers() {
        let v4: IpAddr = "192.0.2.1".parse().expect("an address");
        let v6: IpAddr = "2001:db8::1".parse().expect("an address");
        let no_way = |kind: std::io::ErrorKind| {
            Err(DialError::NoWay { to: (v6, 80).into(), reason: kind.to_string() })
        };
        let silent = "FAIL its IPv6 address 2001:db8::1 does not answer on port 80, and 192.0.2.1 \
                      does; certificate authorities try IPv6 first";
        let untried = "pass its IPv6 address 2001:db8::1 was not tried: this machine has no route \
                       to it";
        let rows: [(Vec<Tried>, &[&str]); 7] = [
            (vec![(v4, Ok(Dialed::Open)), (v6, Ok(Dialed::Open))], &[]),
            (vec![(v4, Ok(Dialed::Open)), (v6, Ok(Dialed::Refused))], &[]),
            (vec![(v4, Ok(Dialed::Open)), (v6, Ok(Dialed::Silent))], &[silent]),
            (vec![(v4, Ok(Dialed::Refused)), (v6, Ok(Dialed::Silent))], &[silent]),
            (
                vec![(v4, Ok(Dialed::Open)), (v6, no_way(std::io::ErrorKind::HostUnreachable))],
                &[silent],
            ),
            (
                vec![(v4, Ok(Dialed::Open)), (v6, no_way(std::io::ErrorKind::NetworkUnreachable))],
                &[untried],
            ),
            // A port that is closed everywhere says nothing about an address.
            (vec![(v4, Ok(Dialed::Silent)), (v6, Ok(Dialed::Silent))], &[]),
        ];
        for (tried, expected) in rows {
            let words = judge("host.example", 80, &tried);
            let words: Vec<String> =
                words.iter().map(|it| format!("{} {}", it.verdict.mark(), it.detail)).collect();
            assert_eq!(words, expected, "{tried:?}");
        }
    }

    const SCENE: &str = r#"
[scene]
typed = "day1 dns-records"
origin = "hand"
now = "2026-02-07T12:00:00Z"
tool = "x"
[[exchange]]
kind = "dns.lookup"
asked = { at = { resolver = "192.0.2.53:53" }, kind = "A", limit_ms = 4000, name = "host.example" }
answer = { authoritative = false, by = "192.0.2.53:53", found = "records", over = "udp", records = [{ data = { a = "192.0.2.1" }, ttl = 60 }] }
[[exchange]]
kind = "dns.lookup"
asked = { at = { resolver = "192.0.2.53:53" }, kind = "AAAA", limit_ms = 4000, name = "host.example" }
answer = { authoritative = false, by = "192.0.2.53:53", found = "records", over = "udp", records = [{ data = { aaaa = "2001:db8::1" }, ttl = 60 }] }
[[exchange]]
kind = "tcp.dial"
asked = { limit_ms = 3000, to = "192.0.2.1:80" }
answer = "open"
[[exchange]]
kind = "tcp.dial"
asked = { limit_ms = 3000, to = "[2001:db8::1]:80" }
answer = "silent"
"#;

    #[tokio::test]
    async fn the_host_s_own_name_is_looked_at() {
        let world = World::replay(SCENE.parse().expect("a cassette"));
        let target = Target::SameAs("host.example".parse().expect("a name"));
        let resolver = Vantage::Resolver("192.0.2.53:53".parse().expect("an address"));
        let scope = Scope { resolvers: vec![resolver], ..Scope::everywhere(Vec::new(), target) };
        let report = verify(&world, &scope, 80).await;
        let ids: Vec<&str> = report.findings.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["public.aaaa-silent"]);
        assert!(world.unplayed().is_empty());
    }
}
