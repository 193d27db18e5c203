//! Every way in which a handshake can end has its own verdict.

use std::time::{Duration, Instant};

use hemma_core::{Cassette, Origin, Scene, Verdict, World};
use hemma_tls::{Defect, Handshake, HandshakeError, Met, Site, chain};
use rcgen::{BasicConstraints, DnType, IsCa};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{
    Authority, GROWTH_KIB_MAX, Identity, listen, params, peak_kib, self_signed, tls, valid, world,
};

async fn meet(site: &Site) -> Met {
    let handshake = Handshake::new(site).within(Duration::from_millis(800));
    world().ask(&handshake).await.expect("loopback is reachable")
}

/// The defects that a server's certificate has, by the first word of each.
async fn defects(authority: &Authority, identity: Identity) -> Vec<String> {
    let site = authority.site(tls(identity, async |_| ()).await);
    match meet(&site).await {
        Met::Tls(presented) => {
            let word =
                |it: &Defect| format!("{it:?}").split([' ', '(']).next().unwrap_or("").into();
            assert!(!presented.chain.is_empty(), "what was presented is always kept");
            presented.defects.iter().map(word).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_defect_of_a_certificate_is_named() {
    let (ours, theirs) = (Authority::new("Our Root"), Authority::new("Their Root"));
    let between = ours.intermediate();
    let whole = {
        let mut identity = between.issue(&params(&["api.hemma.example"]));
        identity.chain.push(between.der.clone());
        identity
    };
    let with_foreign_root = {
        let mut identity = theirs.issue(&params(&["api.hemma.example"]));
        identity.chain.push(theirs.der.clone());
        identity
    };
    let default = {
        let mut params = params(&[]);
        params.distinguished_name.push(DnType::CommonName, "acme-companion");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        self_signed(&params)
    };
    let expired = |names: &[&str]| valid(params(names), -90, -1);
    let rows: Vec<(Identity, &[&str])> = vec![
        (ours.issue(&params(&["api.hemma.example"])), &[]),
        (ours.issue(&params(&["*.hemma.example"])), &[]),
        (whole, &[]),
        (ours.issue(&expired(&["api.hemma.example"])), &["Expired"]),
        (ours.issue(&valid(params(&["api.hemma.example"]), 2, 90)), &["NotYetValid"]),
        (ours.issue(&params(&["other.example"])), &["WrongName"]),
        (ours.issue(&params(&["*.api.hemma.example"])), &["WrongName"]),
        (ours.issue(&expired(&["other.example"])), &["Expired", "WrongName"]),
        (self_signed(&params(&["api.hemma.example"])), &["SelfSigned"]),
        (default, &["DefaultCertificate"]),
        (between.issue(&params(&["api.hemma.example"])), &["Incomplete"]),
        (theirs.issue(&params(&["api.hemma.example"])), &["Incomplete"]),
        (with_foreign_root, &["UnknownRoot"]),
        (theirs.issue(&params(&["other.example"])), &["Incomplete", "WrongName"]),
    ];
    for (at, (identity, expected)) in rows.into_iter().enumerate() {
        assert_eq!(defects(&ours, identity).await, expected, "row {at}");
    }
}

#[tokio::test]
async fn an_address_as_a_name_is_judged_like_any_other() {
    let authority = Authority::new("Test Root");
    let to = tls(authority.issue(&params(&["127.0.0.1"])), async |_| ()).await;
    let mut site = authority.site(to);
    site.name = "127.0.0.1".parse().expect("an address");
    assert!(matches!(meet(&site).await, Met::Tls(it) if it.defects.is_empty()));
    site.name = "127.0.0.2".parse().expect("an address");
    assert!(matches!(meet(&site).await, Met::Tls(it) if !it.defects.is_empty()));
}

#[tokio::test]
async fn whoever_is_no_tls_server_is_told_apart() {
    let authority = Authority::new("Test Root");
    let http = listen(async |mut stream| {
        let mut start = [0; 512];
        let _ = stream.read(&mut start).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    let banner = listen(async |mut stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    let closing = listen(async |stream| drop(stream));
    // A connection that is dropped with something unread in it is reset.
    let resetting = listen(async |stream| {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(stream);
    });
    let ending = listen(async |mut stream| {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.shutdown().await;
    });
    let silent = listen(async |stream| {
        tokio::time::sleep(Duration::from_secs(9)).await;
        drop(stream);
    });
    let garbage = listen(async |mut stream| {
        let _ = stream.write_all(&[0x16, 3, 3, 0, 4, 9, 0, 0, 0]).await;
        let mut rest = [0; 512];
        while matches!(stream.read(&mut rest).await, Ok(1..)) {}
    });
    let alert = listen(async |mut stream| {
        let mut start = [0; 512];
        let _ = stream.read(&mut start).await;
        let _ = stream.write_all(&[0x15, 3, 3, 0, 2, 2, 112]).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    let refused = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
        listener.local_addr().expect("it is bound")
    };
    let rows = [
        (http.await, "PlainHttp { status: \"HTTP/1.1 400 Bad Request\" }"),
        (banner.await, "NotTls { reason: \"it says `SSH-2.0-OpenSSH_9.6`\" }"),
        (closing.await, "Closed"),
        (resetting.await, "Closed"),
        (ending.await, "Closed"),
        (silent.await, "Silent"),
        (garbage.await, "NotTls"),
        (alert.await, "Alert { alert: \"UnrecognisedName\" }"),
        (refused, "Refused"),
    ];
    for (to, expected) in rows {
        let met = format!("{:?}", meet(&authority.site(to)).await);
        assert!(met.starts_with(expected), "{met} instead of {expected}");
    }
}

#[tokio::test]
async fn hostile_servers_cost_neither_time_nor_memory() {
    let authority = Authority::new("Test Root");
    let dripping = listen(async |mut stream| {
        for byte in [0x16, 3, 3, 0x40, 0] {
            let _ = stream.write_all(&[byte]).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    // Handshake records without an end, in a message that says it has 16 MiB.
    let flooding = listen(async |mut stream| {
        let mut record = vec![0x16, 3, 3, 0x40, 0];
        record.extend([2, 0xff, 0xff, 0xff]);
        record.resize(5 + 0x4000, 0);
        while stream.write_all(&record).await.is_ok() {}
    });
    let mut large = params(&["api.hemma.example"]);
    large.custom_extensions.push(rcgen::CustomExtension::from_oid_content(
        &[1, 3, 6, 1, 4, 1, 99999, 1],
        vec![0x41; 1 << 20],
    ));
    let names: Vec<String> = (0..10_000).map(|it| format!("n{it}.example")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = params(&names);
    let before = peak_kib();
    let rows = [
        (dripping.await, "Silent"),
        (flooding.await, "Oversized"),
        (tls(authority.issue(&large), async |_| ()).await, "Oversized"),
        (tls(authority.issue(&many), async |_| ()).await, "Oversized"),
    ];
    for (to, expected) in rows {
        let started = Instant::now();
        let met = format!("{:?}", meet(&authority.site(to)).await);
        assert!(met.starts_with(expected), "{met} instead of {expected}");
        assert!(started.elapsed() < Duration::from_secs(2));
    }
    let grown = peak_kib() - before;
    assert!(grown < GROWTH_KIB_MAX, "{grown} KiB more");
}

#[tokio::test]
async fn roots_that_cannot_be_read_are_no_verdict() {
    let mut site =
        Site::new("api.hemma.example".parse().expect("a name"), ([127, 0, 0, 1], 1).into());
    site.roots.push("/no/such/file.pem".into());
    site.to = listen(async |stream| drop(stream)).await;
    let met = world().ask(&Handshake::new(&site)).await;
    assert!(matches!(met, Err(HandshakeError::Roots { .. })), "{met:?}");
}

#[tokio::test]
async fn meetings_survive_a_cassette_and_time_is_that_of_the_scene() {
    let authority = Authority::new("Test Root");
    let good =
        authority.site(tls(authority.issue(&params(&["api.hemma.example"])), async |_| ()).await);
    let wrong = authority.site(tls(authority.issue(&params(&["b.example"])), async |_| ()).await);
    let live = World::recording(hemma_core::Live::new(hemma_core::SshOptions::default()));
    let sites = [good, wrong];
    let seen = chain::verify(&live, &sites).await;
    assert_eq!(
        [seen.findings[0].verdict, seen.findings[1].verdict],
        [Verdict::Pass, Verdict::Fail]
    );
    let later = |days: i64| {
        let scene = Scene {
            typed: "day2 routing-tls".to_owned(),
            origin: Origin::Hand,
            now: live.now() + jiff::SignedDuration::from_hours(24 * days),
            tool: "rustls".to_owned(),
            config: String::new(),
        };
        let text = live.cassette(scene).to_string();
        World::replay(text.parse::<Cassette>().expect("our own words"))
    };
    let replay = later(0);
    assert_eq!(chain::verify(&replay, &sites).await, seen);
    assert!(replay.unplayed().is_empty());
    let late = chain::verify(&later(82), &sites).await;
    assert_eq!(late.findings[0].verdict, Verdict::Fail);
    assert!(late.findings[0].detail.contains("was not renewed"), "{}", late.findings[0].detail);
}
