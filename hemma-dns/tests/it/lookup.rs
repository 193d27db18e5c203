//! Every way in which a server can answer, or fail to, has its own answer or its own error.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::server::{Asked, Said, record, serve, soa};
use hemma_core::{Cassette, Live, Origin, Scene, SshOptions, World};
use hemma_dns::{Answer, Found, Lookup, LookupError, RecordKind, Transport, Vantage};
use hickory_resolver::proto::op::{Message, ResponseCode};

fn world() -> World {
    World::local()
}

async fn ask(server: SocketAddr, kind: RecordKind, limit: Duration) -> Result<Answer, LookupError> {
    let name = "a.example".parse().expect("a name");
    let lookup = Lookup::new(&name, kind, Vantage::Authority(server)).within(limit);
    world().ask(&lookup).await
}

/// What `say` comes to, in one word and the rest.
async fn outcome(
    kind: RecordKind,
    say: impl Fn(&Asked) -> Said + Send + Sync + 'static,
) -> (String, Option<Answer>) {
    let server = serve(say).await;
    match ask(server, kind, Duration::from_millis(600)).await {
        Ok(answer) => (format!("{:?}", answer.found), Some(answer)),
        Err(error) => {
            (format!("{error:?}").split([' ', '(']).next().unwrap_or("").to_owned(), None)
        }
    }
}

async fn zone(kind: RecordKind, lines: &'static [&'static str]) -> (String, Option<Answer>) {
    outcome(kind, move |asked| {
        let zone: Vec<_> = lines.iter().map(|it| record(it)).collect();
        Said::message(&asked.answer(&zone))
    })
    .await
}

#[tokio::test]
async fn what_is_there_and_what_is_not_are_answers() {
    let rows: [(&'static [&'static str], &str); 7] = [
        (&["a.example 60 A 192.0.2.1"], "Records"),
        (&["a.example 60 CNAME b.example", "b.example 30 A 192.0.2.1"], "Records"),
        (&["a.example 60 AAAA 2001:db8::1"], "NoRecords"),
        (&["b.example 60 A 192.0.2.1"], "NoSuchName"),
        (&["a.example 60 CNAME b.example"], "NoSuchName"),
        (&["a.example 60 CNAME host.elsewhere.test"], "AliasOnly"),
        (&["a.example 60 CNAME b.example", "b.example 60 CNAME a.example"], "AliasLoop"),
    ];
    for (lines, expected) in rows {
        assert_eq!(zone(RecordKind::A, lines).await.0, expected, "{lines:?}");
    }
}

#[tokio::test]
async fn the_way_to_an_answer_is_kept() {
    let lines = &[
        "a.example 300 CNAME b.example",
        "b.example 20 CNAME c.example",
        "c.example 60 A 192.0.2.1",
    ];
    let answer = zone(RecordKind::A, lines).await.1.expect("there is one");
    let aliases: Vec<&str> = answer.aliases.iter().map(|it| it.target.as_str()).collect();
    assert_eq!(aliases, ["b.example", "c.example"]);
    assert_eq!((answer.ttl(), answer.end()), (Some(20), Some("c.example")));
    assert!(answer.authoritative && answer.over == Transport::Udp);
}

#[tokio::test]
async fn what_keeps_us_from_seeing_is_an_error_of_its_own() {
    let code = |code: ResponseCode| move |asked: &Asked| Said::message(&asked.code(code));
    assert_eq!(outcome(RecordKind::A, code(ResponseCode::ServFail)).await.0, "ServerFailed");
    assert_eq!(outcome(RecordKind::A, code(ResponseCode::Refused)).await.0, "Refused");
    assert_eq!(outcome(RecordKind::A, code(ResponseCode::NotImp)).await.0, "Code");
    let referral = |asked: &Asked| {
        let mut message = asked.code(ResponseCode::NoError);
        message.add_authority(record("example 60 NS ns.example"));
        Said::message(&message)
    };
    assert_eq!(outcome(RecordKind::A, referral).await.0, "Referred");
    assert_eq!(outcome(RecordKind::A, |_| Said::nothing()).await.0, "TimedOut");
    let garbage = |asked: &Asked| {
        let mut packet = good(asked).to_vec().expect("it encodes");
        packet.truncate(packet.len() - 3);
        Said { packets: vec![packet], ..Said::default() }
    };
    assert_eq!(outcome(RecordKind::A, garbage).await.0, "Malformed");
}

#[tokio::test]
async fn a_closed_port_is_told_at_once() {
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").expect("loopback");
    let address = closed.local_addr().expect("it is bound");
    drop(closed);
    let started = Instant::now();
    let error = ask(address, RecordKind::A, Duration::from_secs(4)).await.expect_err("nobody");
    assert!(matches!(error, LookupError::Network { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(1));
}

fn good(asked: &Asked) -> Message {
    asked.answer(&[record("a.example 60 A 192.0.2.1")])
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_over_a_connection() {
    let say = |asked: &Asked| {
        let mut message = good(asked);
        message.metadata.truncation = !asked.over_tcp;
        if !asked.over_tcp {
            message.answers.clear();
        }
        Said::message(&message)
    };
    let (found, answer) = outcome(RecordKind::A, say).await;
    assert_eq!((found.as_str(), answer.map(|it| it.over)), ("Records", Some(Transport::Tcp)));
    // Cut in the middle of a record, which no reader of messages takes.
    let say = |asked: &Asked| {
        let mut packet = good(asked).to_vec().expect("it encodes");
        if !asked.over_tcp {
            packet[2] |= 0x02;
            packet.truncate(packet.len() - 3);
        }
        Said { packets: vec![packet], ..Said::default() }
    };
    assert_eq!(outcome(RecordKind::A, say).await.0, "Records");
    let say = |asked: &Asked| {
        let mut message = good(asked);
        message.metadata.truncation = true;
        Said::message(&message)
    };
    assert_eq!(outcome(RecordKind::A, say).await.0, "Malformed", "cut over TCP as well");
}

/// A server may send more than it was told that we take, without the mark of a truncated answer.
#[tokio::test]
async fn a_datagram_that_is_too_large_is_asked_for_again_over_a_connection() {
    for bytes in [1_233, 1_400, 4_000] {
        let say = move |asked: &Asked| {
            let mut message = good(asked);
            if !asked.over_tcp {
                let text = "x".repeat(200);
                let filler = record(&format!("b.example 60 TXT {text}"));
                while message.to_vec().expect("it encodes").len() < bytes {
                    message.add_answer(filler.clone());
                }
            }
            Said::message(&message)
        };
        let (found, answer) = outcome(RecordKind::A, say).await;
        let over = answer.map(|it| it.over);
        assert_eq!((found.as_str(), over), ("Records", Some(Transport::Tcp)), "{bytes}");
    }
}

#[tokio::test]
async fn answers_of_another_opcode_or_class_are_not_taken() {
    use hickory_resolver::proto::op::OpCode;
    use hickory_resolver::proto::rr::DNSClass;

    let update = |asked: &Asked| {
        let mut message = good(asked);
        message.metadata.op_code = OpCode::Update;
        Said::message(&message)
    };
    assert_eq!(outcome(RecordKind::A, update).await.0, "TimedOut");
    let chaos = |asked: &Asked| {
        let mut message = good(asked);
        message.answers[0].dns_class = DNSClass::CH;
        Said::message(&message)
    };
    assert_eq!(outcome(RecordKind::A, chaos).await.0, "Malformed");
    let other_question = |asked: &Asked| {
        let mut message = good(asked);
        message.queries[0].set_query_class(DNSClass::CH);
        Said::message(&message)
    };
    assert_eq!(outcome(RecordKind::A, other_question).await.0, "TimedOut");
}

#[tokio::test]
async fn every_code_has_its_name() {
    let rows = [
        (ResponseCode::BADVERS, "BADVERS (it does not know this version of EDNS)"),
        (ResponseCode::NotImp, "Not Implemented"),
        (ResponseCode::Unknown(3_900), "the code 3900"),
    ];
    for (code, expected) in rows {
        let server = serve(move |asked: &Asked| {
            // The upper bits of a code are in EDNS.
            let mut message = asked.code(code);
            message.set_edns(hickory_resolver::proto::op::Edns::new());
            Said::message(&message)
        });
        let error = ask(server.await, RecordKind::A, Duration::from_millis(600)).await;
        let error = error.expect_err("a code").to_string();
        assert!(error.contains(&format!("answered {expected} when")), "{error}");
    }
}

#[tokio::test]
async fn forged_packets_are_waited_out() {
    let say = |asked: &Asked| {
        let right = good(asked);
        let mut wrong_id = right.clone();
        wrong_id.metadata.id = right.metadata.id.wrapping_add(1);
        let mut wrong_question = right.clone();
        wrong_question.queries[0].set_query_type(hickory_resolver::proto::rr::RecordType::MX);
        let bytes = |it: &Message| it.to_vec().expect("it encodes");
        let packets = vec![b"x".to_vec(), bytes(&wrong_id), bytes(&wrong_question), bytes(&right)];
        Said { packets, after: Duration::ZERO }
    };
    assert_eq!(outcome(RecordKind::A, say).await.0, "Records");
    let only_wrong = |asked: &Asked| {
        let mut message = good(asked);
        message.metadata.id = message.metadata.id.wrapping_add(1);
        Said::message(&message)
    };
    let server = serve(only_wrong).await;
    let error = ask(server, RecordKind::A, Duration::from_millis(300)).await.expect_err("forged");
    assert!(error.to_string().contains("3 packets that did not answer it"), "{error}");
}

#[tokio::test]
async fn ten_kilobytes_of_text_are_taken_and_not_kept() {
    let say = |asked: &Asked| {
        let line = format!("a.example 60 TXT {}", "x\u{1b}[31m".repeat(2_000));
        let mut message = asked.answer(&[record(&line)]);
        if !asked.over_tcp {
            message.answers.clear();
            message.metadata.truncation = true;
        }
        Said::message(&message)
    };
    let (found, answer) = outcome(RecordKind::Txt, say).await;
    let text = answer.expect("there is one").records[0].data.to_string();
    assert_eq!(found, "Records");
    assert_eq!(text.chars().count(), 400);
    assert!(!text.contains('\u{1b}'), "nothing that drives a terminal");
    // The same noise beside an address does not hide it.
    let noise = "a.example 60 TXT noise".to_owned();
    let say = move |asked: &Asked| {
        let mut message = good(asked);
        message.add_answers((0..40).map(|_| record(&noise)));
        Said::message(&message)
    };
    assert_eq!(outcome(RecordKind::A, say).await.0, "Records");
}

#[tokio::test]
async fn a_slow_server_is_waited_for_and_not_for_ever() {
    let slow =
        |asked: &Asked| Said { after: Duration::from_secs(3), ..Said::message(&good(asked)) };
    let server = serve(slow).await;
    let started = Instant::now();
    let patient = ask(server, RecordKind::A, Duration::from_secs(4));
    let hasty = ask(server, RecordKind::A, Duration::from_millis(300));
    let (patient, hasty) = tokio::join!(patient, hasty);
    assert_eq!(patient.map(|it| it.found), Ok(Found::Records));
    assert!(matches!(hasty, Err(LookupError::TimedOut { limit_ms: 300, .. })), "{hasty:?}");
    assert!(started.elapsed() < Duration::from_millis(3_900));
}

#[tokio::test]
async fn a_long_chain_ends() {
    let say = |asked: &Asked| {
        let line = |it: u32| {
            let from = if it == 0 { "a".to_owned() } else { format!("n{it}") };
            record(&format!("{from}.example 60 CNAME n{}.example", it + 1))
        };
        let mut message = asked.code(ResponseCode::NoError);
        message.add_answers((0..60).map(line));
        message.add_authority(soa());
        let mut over_udp = message.clone();
        over_udp.answers.clear();
        over_udp.metadata.truncation = true;
        Said::message(if asked.over_tcp { &message } else { &over_udp })
    };
    assert_eq!(outcome(RecordKind::A, say).await.0, "AliasLoop");
}

#[tokio::test]
async fn answers_and_errors_survive_a_cassette() {
    let server = serve(|asked: &Asked| match asked.name.as_str() {
        "b.example" => Said::message(&asked.code(ResponseCode::Refused)),
        _ => Said::message(&asked.answer(&[
            record("a.example 60 CNAME c.example"),
            record("c.example 60 A 192.0.2.1"),
            record("c.example 60 CAA letsencrypt.org"),
        ])),
    })
    .await;
    let live = World::recording(Live::new(SshOptions::default()));
    let questions: Vec<Lookup> = [
        ("a.example", RecordKind::A),
        ("a.example", RecordKind::Caa),
        ("b.example", RecordKind::A),
        ("d.example", RecordKind::Ns),
    ]
    .map(|(name, kind)| {
        Lookup::new(&name.parse().expect("a name"), kind, Vantage::Resolver(server))
    })
    .to_vec();
    let mut seen = Vec::new();
    for question in &questions {
        seen.push(live.ask(question).await);
    }
    let scene = Scene {
        typed: "day1 dns-records".to_owned(),
        origin: Origin::Hand,
        now: jiff::Timestamp::UNIX_EPOCH,
        tool: "dns".to_owned(),
        config: String::new(),
    };
    let text = live.cassette(scene).to_string();
    let replay = World::replay(text.parse::<Cassette>().expect("our own words"));
    for (question, seen) in questions.iter().zip(seen) {
        assert_eq!(replay.ask(question).await, seen);
    }
    assert!(replay.unplayed().is_empty());
}
