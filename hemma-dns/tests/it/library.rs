//! hickory-resolver's own lookup, asked of the same servers. It is the oracle where a server gives
//! a plain answer. The other rows are why a [`Lookup`] sends its question itself: what a prober has
//! to tell apart looks the same through a resolver, as it should for anybody who only wants an
//! address. A row that fails after an update of the library may be one that is needed no longer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hemma_core::{Live, SshOptions, World};
use hemma_dns::{Found, Lookup, LookupError, RecordKind, Vantage};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::{RData, RecordType};

use crate::server::{Asked, Said, record, serve};

const LIMIT: Duration = Duration::from_millis(600);

/// A resolver that asks this server, once, and remembers nothing.
fn resolver(server: SocketAddr) -> TokioResolver {
    let mut only = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut only.connections {
        connection.port = server.port();
    }
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![only]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::new());
    let options = builder.options_mut();
    options.timeout = LIMIT;
    options.attempts = 0;
    options.cache_size = 0;
    options.ndots = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    builder.build().expect("nothing of it can be wrong")
}

/// What the library says, with the aliases and the addresses that can be had from it.
async fn theirs(server: SocketAddr, name: &str) -> String {
    let seen = match resolver(server).lookup(format!("{name}."), RecordType::A).await {
        Ok(lookup) => lookup,
        Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
            return format!("{:?}", none.response_code);
        }
        Err(NetError::Dns(DnsError::ResponseCode(code))) => return format!("{code:?}"),
        Err(NetError::Timeout) => return "Timeout".to_owned(),
        Err(other) => return other.to_string(),
    };
    let words = seen.answers().iter().map(|it| match &it.data {
        RData::A(address) => format!("{} {}", it.ttl, address.0),
        RData::CNAME(target) => format!("{} {}", it.ttl, target.0),
        other => format!("{other:?}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// hemma's own answer, in the library's words where both have some.
async fn ours(server: SocketAddr, name: &str) -> String {
    let name = name.parse().expect("a name");
    let lookup = Lookup::new(&name, RecordKind::A, Vantage::Authority(server)).within(LIMIT);
    let answer = match World::live(Live::new(SshOptions::default())).ask(&lookup).await {
        Ok(answer) => answer,
        Err(LookupError::ServerFailed { .. }) => return "ServFail".to_owned(),
        Err(LookupError::Refused { .. }) => return "Refused".to_owned(),
        Err(LookupError::TimedOut { ignored: 0, .. }) => return "Timeout".to_owned(),
        Err(LookupError::TimedOut { .. }) => return "Timeout, others' packets".to_owned(),
        Err(LookupError::Malformed { .. }) => return "Malformed".to_owned(),
        Err(LookupError::Network { .. }) => return "Network".to_owned(),
        Err(other) => return other.to_string(),
    };
    let aliases = answer.aliases.iter().map(|it| format!("{} {}.", it.ttl, it.target));
    let records = answer.records.iter().map(|it| format!("{} {}", it.ttl, it.data));
    let ending = match answer.found {
        Found::Records => None,
        Found::NoSuchName => Some("NXDomain".to_owned()),
        Found::NoRecords => Some("NoError".to_owned()),
        other => Some(format!("{other:?}")),
    };
    aliases.chain(records).chain(ending).collect::<Vec<_>>().join(", ")
}

async fn zone(lines: &'static [&'static str]) -> SocketAddr {
    serve(move |asked| {
        let zone: Vec<_> = lines.iter().map(|it| record(it)).collect();
        Said::message(&asked.answer(&zone))
    })
    .await
}

#[tokio::test]
async fn both_say_the_same_of_a_plain_answer() {
    let rows: [(&'static [&'static str], &str); 4] = [
        (&["a.example 60 A 192.0.2.1"], "60 192.0.2.1"),
        (
            &["a.example 300 CNAME b.example", "b.example 20 A 192.0.2.1"],
            "300 b.example., 20 192.0.2.1",
        ),
        (&["a.example 60 AAAA 2001:db8::1"], "NoError"),
        (&["b.example 60 A 192.0.2.1"], "NXDomain"),
    ];
    for (lines, expected) in rows {
        let server = zone(lines).await;
        let (ours, theirs) = tokio::join!(ours(server, "a.example"), theirs(server, "a.example"));
        assert_eq!((ours.as_str(), theirs.as_str()), (expected, expected), "{lines:?}");
    }
    for (code, expected) in
        [(ResponseCode::ServFail, "ServFail"), (ResponseCode::Refused, "Refused")]
    {
        let server = serve(move |asked| Said::message(&asked.code(code))).await;
        let (ours, theirs) = tokio::join!(ours(server, "a.example"), theirs(server, "a.example"));
        assert_eq!((ours.as_str(), theirs.as_str()), (expected, expected));
    }
}

#[tokio::test]
async fn an_alias_that_leads_nowhere_is_known_to_us_alone() {
    let rows: [(&'static [&'static str], &str, &str); 3] = [
        (&["a.example 60 CNAME b.example"], "60 b.example., NXDomain", "NXDomain"),
        (
            &["a.example 60 CNAME host.elsewhere.test"],
            "60 host.elsewhere.test., AliasOnly",
            "NXDomain",
        ),
        (
            &["a.example 60 CNAME b.example", "b.example 60 CNAME a.example"],
            "60 b.example., 60 a.example., AliasLoop",
            "NoError",
        ),
    ];
    for (lines, we, they) in rows {
        let server = zone(lines).await;
        let (ours, theirs) = tokio::join!(ours(server, "a.example"), theirs(server, "a.example"));
        assert_eq!((ours.as_str(), theirs.as_str()), (we, they), "{lines:?}");
    }
}

fn good(asked: &Asked) -> Message {
    asked.answer(&[record("a.example 60 A 192.0.2.1")])
}

#[tokio::test]
async fn what_keeps_us_from_seeing_is_told_apart_by_us_alone() {
    let closed = {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("loopback");
        socket.local_addr().expect("it is bound")
    };
    let forged = serve(|asked| {
        let mut message = good(asked);
        message.metadata.id = message.metadata.id.wrapping_add(1);
        Said::message(&message)
    });
    // A server that could not read the question has nothing to repeat.
    let unrepeated = serve(|asked| {
        let mut message = asked.code(ResponseCode::Refused);
        message.queries.clear();
        Said::message(&message)
    });
    // Cut in the middle of a record, and marked as such.
    let cut = serve(|asked| {
        let mut packet = good(asked).to_vec().expect("it encodes");
        if !asked.over_tcp {
            packet[2] |= 0x02;
            packet.truncate(packet.len() - 3);
        }
        Said { packets: vec![packet], ..Said::default() }
    });
    let rows = [
        (closed, "Network", "Timeout"),
        (forged.await, "Timeout, others' packets", "Timeout"),
        (unrepeated.await, "Refused", "Timeout"),
        (
            cut.await,
            "60 192.0.2.1",
            "protocol error: decoding error: unexpected end of input reached",
        ),
    ];
    for (server, we, they) in rows {
        let (ours, theirs) = tokio::join!(ours(server, "a.example"), theirs(server, "a.example"));
        assert_eq!((ours.as_str(), theirs.as_str()), (we, they));
    }
}

#[tokio::test]
async fn no_name_is_answered_without_being_asked() {
    for (name, we, they) in [
        ("localhost", "60 192.0.2.1", "86400 127.0.0.1"),
        ("a.invalid", "60 192.0.2.1", "NXDomain"),
    ] {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let server = serve(move |asked| {
            counted.fetch_add(1, Ordering::Relaxed);
            Said::message(&asked.answer(&[record(&format!("{} 60 A 192.0.2.1", asked.name))]))
        })
        .await;
        assert_eq!(theirs(server, name).await, they);
        assert_eq!(count.load(Ordering::Relaxed), 0, "the library asked nobody");
        assert_eq!(ours(server, name).await, we);
    }
}
