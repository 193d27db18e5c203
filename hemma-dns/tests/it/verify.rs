//! How a name stands, for every way in which zone and caches can agree or not.

use std::net::SocketAddr;

use crate::server::{Asked, Said, record, serve};
use hemma_core::{Cassette, Exchange, Origin, Report, Scene, Verdict, World};
use hemma_dns::{Authorities, Lookup, RecordKind, Scope, Target, Vantage, zone};
use hickory_resolver::proto::op::ResponseCode;

type Lines = &'static [&'static str];

const HOST: &str = "host.example 60 A 192.0.2.1";
const ALIAS: &str = "a.example 300 CNAME host.example";

/// Holds these records; the line `refuse` makes it refuse everything, `fail` fail, `mute` mute.
async fn holding(lines: Lines) -> SocketAddr {
    serve(move |asked: &Asked| match lines {
        ["refuse"] => Said::message(&asked.code(ResponseCode::Refused)),
        ["fail"] => Said::message(&asked.code(ResponseCode::ServFail)),
        ["mute"] => Said::nothing(),
        _ => Said::message(&asked.answer(&lines.iter().map(|it| record(it)).collect::<Vec<_>>())),
    })
    .await
}

async fn look(authorities: &[Lines], resolvers: &[Lines], target: Target) -> Report {
    let mut servers = Vec::new();
    for lines in authorities {
        servers.push(holding(lines).await);
    }
    let mut vantages = Vec::new();
    for lines in resolvers {
        vantages.push(Vantage::Resolver(holding(lines).await));
    }
    let scope = Scope {
        names: vec!["a.example".parse().expect("a name")],
        target,
        resolvers: vantages,
        authorities: Authorities::Given(servers),
        issuer: Some(hemma_dns::caa::Issuer::lets_encrypt()),
    };
    hemma_dns::verify(&World::local(), &scope).await
}

fn here() -> Target {
    Target::Addresses(vec!["192.0.2.1".parse().expect("an address")])
}

/// The details of what was found, with ports taken out.
fn words(report: &Report) -> String {
    let lines = report.findings.iter().map(|it| format!("{} {}", it.verdict.mark(), it.detail));
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("127.0.0.1:") {
        out.push_str(&rest[..at]);
        rest = rest[at + 10..].trim_start_matches(|it: char| it.is_ascii_digit());
    }
    out + rest
}

#[tokio::test]
async fn each_way_to_stand_is_told_from_the_others() {
    let right: Lines = &[ALIAS, HOST];
    let wrong: Lines = &["a.example 120 A 198.51.100.7"];
    let gone: Lines = &["b.example 60 A 192.0.2.1"];
    let rows: [(&[Lines], &[Lines], &str); 12] = [
        (&[right], &[right, right], "pass 192.0.2.1 by way of host.example, 3 views"),
        (&[&["a.example 60 A 192.0.2.1"]], &[], "pass 192.0.2.1, 1 view"),
        (&[wrong], &[right], "FAIL leads to 198.51.100.7; the host is 192.0.2.1"),
        (&[gone], &[gone], "FAIL there is no such name"),
        (&[&[ALIAS]], &[], "FAIL is an alias of host.example, which does not exist"),
        (
            &[&[ALIAS, "host.example 60 CNAME a.example"]],
            &[],
            "FAIL its aliases lead in a circle, back to a.example",
        ),
        (
            &[right],
            &[right, wrong],
            "FAIL resolver  still says 198.51.100.7, and may do so for 120 s more; the zone itself \
             is right",
        ),
        (
            &[right],
            &[gone],
            "FAIL resolver  still says that there is nothing, and may do so for a while; the zone \
             itself is right",
        ),
        (&[right, wrong], &[], "FAIL 1 server right, 1 not; they may keep it for 120 s"),
        (
            &[&[ALIAS, HOST, "host.example 60 AAAA 2001:db8::1"]],
            &[],
            "FAIL its AAAA record leads to 2001:db8::1, which is not the host; certificate \
             authorities try IPv6 first",
        ),
        (
            &[right],
            &[&[ALIAS, HOST, "example 60 CAA ca.example"]],
            "FAIL the CAA records of example forbid the certificate: only `ca.example` may issue",
        ),
        (&[right], &[right, &["refuse"]], "? resolver  refused to say A of `a.example` (REFUSED)"),
    ];
    for (authorities, resolvers, expected) in rows {
        let report = look(authorities, resolvers, here()).await;
        assert!(words(&report).contains(expected), "{expected}\n---\n{}", words(&report));
    }
}

#[tokio::test]
async fn nobody_who_answers_is_no_pass_and_no_fail() {
    let nobody = look(&[&["mute"]], &[&["mute"], &["fail"]], here());
    // One mute resolver beside the zone's own word is a remark.
    let one_mute = look(&[&[ALIAS, HOST]], &[&[ALIAS, HOST], &["mute"]], here());
    let (nobody, report) = tokio::join!(nobody, one_mute);
    assert_eq!(nobody.verdict(), Verdict::Unknown, "{}", words(&nobody));
    assert_eq!(report.verdict(), Verdict::Pass, "{}", words(&report));
    assert!(report.findings[0].evidence[0].contains("did not answer within"));
}

#[tokio::test]
async fn an_own_record_where_the_address_moves_is_advised_against() {
    let host = || Target::SameAs("host.example".parse().expect("a name"));
    let report = look(&[&[ALIAS, HOST]], &[], host()).await;
    assert_eq!(report.findings[0].hint, None);
    let report = look(&[&["a.example 60 A 192.0.2.1", HOST]], &[], host()).await;
    assert_eq!(report.verdict(), Verdict::Pass);
    let hint = format!("{:?}", report.findings[0].hint);
    assert!(hint.contains("alias (CNAME) of host.example"), "{hint}");
    let report = look(&[&["fail"]], &[&["fail"]], host()).await;
    assert_eq!(report.verdict(), Verdict::Unknown);
}

#[tokio::test]
async fn many_names_take_as_long_as_one() {
    let slow = |asked: &Asked| Said {
        after: std::time::Duration::from_millis(200),
        ..Said::message(&asked.answer(&[record("x.example 60 A 192.0.2.1")]))
    };
    let (authority, resolver) = (serve(slow).await, serve(slow).await);
    let names = (0..20).map(|it| format!("n{it}.example").parse().expect("a name")).collect();
    let scope = Scope {
        resolvers: vec![Vantage::Resolver(resolver)],
        authorities: Authorities::Given(vec![authority]),
        ..Scope::everywhere(names, here())
    };
    let started = std::time::Instant::now();
    hemma_dns::verify(&World::local(), &scope).await;
    let took = started.elapsed();
    assert!(took < std::time::Duration::from_millis(600), "{took:?} for looks of 200 ms");
}

/// One exchange of a hand-made recording.
fn exchange(name: &str, kind: RecordKind, found: &str, records: &[(&str, &str)]) -> Exchange {
    let lookup = Lookup::new(&name.parse().expect("a name"), kind, Vantage::System);
    let records = records
        .iter()
        .map(|(kind, value)| serde_json::json!({ "ttl": 60, "data": { *kind: value } }));
    let answer = serde_json::json!({
        "found": found, "records": records.collect::<Vec<_>>(), "by": "192.0.2.53:53",
        "authoritative": false, "over": "udp",
    });
    Exchange {
        kind: "dns.lookup".to_owned(),
        at_ms: 0,
        took_ms: 0,
        progress: Vec::new(),
        asked: serde_json::to_value(lookup).expect("a plain value"),
        answer: Some(answer),
        error: None,
    }
}

#[tokio::test]
async fn the_servers_of_a_zone_are_found_from_any_depth() {
    let none = |name| exchange(name, RecordKind::Ns, "no_records", &[]);
    let servers = [("ns", "ns2.example"), ("ns", "ns1.example")];
    let tape = vec![
        none("a.b.example"),
        none("b.example"),
        exchange("example", RecordKind::Ns, "records", &servers),
        exchange("ns1.example", RecordKind::A, "records", &[("a", "192.0.2.11")]),
        exchange("ns2.example", RecordKind::A, "no_records", &[]),
        exchange("ns2.example", RecordKind::Aaaa, "records", &[("aaaa", "2001:db8::12")]),
    ];
    let scene = Scene {
        typed: String::new(),
        origin: Origin::Hand,
        now: jiff::Timestamp::UNIX_EPOCH,
        tool: String::new(),
        config: String::new(),
    };
    let world = World::replay(Cassette { scene, exchange: tape });
    let name = "a.b.example".parse().expect("a name");
    let zone = zone::find(&world, &name, &Authorities::Walk).await.expect("it is there");
    let servers: Vec<String> = zone.servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["192.0.2.11:53", "[2001:db8::12]:53"]);
    assert!(world.unplayed().is_empty());
}
