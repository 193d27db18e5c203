//! What a chain lacks is named, and nothing that it does not lack.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hemma_core::Verdict;
use hemma_tls::{Defect, Get, GetError, Handshake, Met, Presented, Scheme, Site, chain};
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use crate::server::{
    Authority, Identity, NAME, acceptor_for, answer, listen, params, tls, valid, world,
};

async fn presented(authority: &Authority, identity: Identity) -> Presented {
    let site = authority.site(tls(identity, async |_| ()).await);
    match meet(&site).await {
        Met::Tls(presented) => presented,
        other => panic!("{other:?}"),
    }
}

async fn meet(site: &Site) -> Met {
    let handshake = Handshake::new(site).within(Duration::from_millis(1_500));
    world().ask(&handshake).await.expect("loopback is reachable")
}

fn with(mut identity: Identity, issuers: &[&Authority]) -> Identity {
    identity.chain.extend(issuers.iter().map(|it| it.der.clone()));
    identity
}

#[tokio::test]
async fn the_issuer_that_is_missing_is_named() {
    let (ours, theirs) = (Authority::new("Our Root"), Authority::new("Their Root"));
    let (between, twin, foreign) =
        (ours.intermediate(), ours.intermediate(), theirs.intermediate());
    let missing = |name: &str| Defect::Incomplete { missing: name.to_owned() };
    let another = || Defect::Other {
        reason: "the chain stops before `Test Between`: the certificate of that name has not \
                 signed it"
            .to_owned(),
    };
    let root = || Defect::UnknownRoot { root: "Their Root".to_owned() };
    let leaf = |issuer: &Authority| issuer.issue(&params(&[NAME]));
    let rows = [
        // The root does not stand for the intermediate, nor does another one of the same name.
        (with(leaf(&between), &[&ours]), missing("Test Between")),
        (with(leaf(&between), &[&twin]), another()),
        (with(leaf(&between), &[&twin, &ours]), another()),
        (leaf(&foreign), missing("Test Between")),
        (with(leaf(&foreign), &[&foreign]), missing("Their Root")),
        (with(leaf(&foreign), &[&foreign, &ours]), missing("Their Root")),
        (with(leaf(&foreign), &[&foreign, &theirs]), root()),
        (with(leaf(&foreign), &[&theirs, &foreign]), root()),
    ];
    for (at, (identity, expected)) in rows.into_iter().enumerate() {
        assert_eq!(presented(&ours, identity).await.defects, [expected], "row {at}");
    }
    let shuffled = with(leaf(&between), &[&ours, &twin, &between]);
    assert_eq!(presented(&ours, shuffled).await.defects, []);
}

#[tokio::test]
async fn the_date_is_that_of_the_certificate_which_is_to_blame() {
    let ours = Authority::new("Our Root");
    let young = ours.intermediate_for(-5, 300);
    let over = ours.intermediate_for(-900, -400);
    let early = ours.intermediate_for(5, 300);
    let expired = || valid(params(&[NAME]), -90, -1);
    // A younger intermediate was not valid yet when the expired certificate was.
    let rows = [
        with(young.issue(&expired()), &[&young]),
        with(ours.issue(&expired()), &[&over]),
        with(ours.issue(&expired()), &[&ours]),
    ];
    for (at, identity) in rows.into_iter().enumerate() {
        let seen = presented(&ours, identity).await;
        let expected = Defect::Expired { since: seen.chain[0].not_after, of: None };
        assert_eq!(seen.defects, [expected], "row {at}");
    }
    let between = Some("Test Between".to_owned());
    let seen = presented(&ours, with(over.issue(&params(&[NAME])), &[&over])).await;
    let expected = Defect::Expired { since: seen.chain[1].not_after, of: between.clone() };
    assert_eq!(seen.defects, [expected]);
    let seen = presented(&ours, with(early.issue(&params(&[NAME])), &[&early])).await;
    let expected = Defect::NotYetValid { from: seen.chain[1].not_before, of: between };
    assert_eq!(seen.defects, [expected]);
    // Expired, and of an unknown issuer: both are said.
    let seen = presented(&ours, Authority::new("Their Root").issue(&expired())).await;
    assert!(matches!(seen.defects[..], [Defect::Expired { .. }, Defect::Incomplete { .. }]));
}

#[tokio::test]
async fn a_certificate_without_an_end_is_trusted() {
    let ours = Authority::new("Our Root");
    let mut params = params(&[NAME]);
    params.not_after = rcgen::date_time_ymd(9999, 12, 31);
    let site = ours.site(tls(ours.issue(&params), async |_| ()).await);
    let report = chain::verify(&world(), &[site]).await;
    let finding = &report.findings[0];
    assert_eq!(finding.verdict, Verdict::Pass, "{finding:?}");
    assert!(finding.detail.contains("no end date"), "{finding:?}");
}

#[tokio::test]
async fn causes_are_in_words() {
    let ours = Authority::new("Our Root");
    let mut authority = params(&[NAME]);
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let mut client = params(&[NAME]);
    client.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    let rows = [
        (ours.issue(&authority), "it is the certificate of an authority, and not of a server"),
        (
            ours.issue(&client),
            "it, or an authority in its chain, is not for servers, but for clients",
        ),
    ];
    for (identity, expected) in rows {
        let seen = presented(&ours, identity).await;
        assert_eq!(seen.defects, [Defect::Other { reason: expected.to_owned() }]);
    }
}

/// The verifier tries every order of issuers of one name; a handful are enough.
#[tokio::test]
async fn a_hundred_issuers_of_one_name_cost_no_time() {
    let ours = Authority::new("Our Root");
    let mut issuers = vec![Authority::new("Many")];
    for _ in 0..100 {
        issuers.push(issuers[issuers.len() - 1].namesake("Many"));
    }
    let last = &issuers[issuers.len() - 1];
    let all: Vec<&Authority> = issuers.iter().skip(1).collect();
    let identity = with(last.issue(&params(&[NAME])), &all);
    let started = Instant::now();
    let seen = presented(&ours, identity).await;
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    let reason = "96 further issuers that it sends were not looked at".to_owned();
    assert!(seen.defects.contains(&Defect::Other { reason }), "{:?}", seen.defects);
    // Roots that no name leads to are no obstacle.
    let mut bundle = ours.issue(&params(&[NAME]));
    bundle.chain.extend(all.iter().map(|it| it.der.clone()));
    assert_eq!(presented(&ours, bundle).await.defects, []);
}

/// Refuses clients without a certificate of `authority`, or lets them in as well.
fn clients(authority: &Authority, must: bool) -> Arc<dyn ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der.clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = if must { builder } else { builder.allow_unauthenticated() };
    builder.build().expect("it has a root")
}

#[tokio::test]
async fn a_server_that_demands_a_client_certificate_is_named() {
    let ours = Authority::new("Our Root");
    let serve = async |must, versions: &[&'static rustls::SupportedProtocolVersion]| {
        let acceptor = acceptor_for(ours.issue(&params(&[NAME])), clients(&ours, must), versions);
        let to = listen(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let reply = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
                    answer(stream, reply).await;
                }
            }
        });
        ours.site(to.await)
    };
    let get = |site: &Site| Get::new(site, Scheme::Https, "/");
    let (tls12, tls13) = ([&rustls::version::TLS12], [&rustls::version::TLS13]);
    let site = serve(true, &tls12).await;
    assert_eq!(meet(&site).await, Met::ClientCertificate);
    // In TLS 1.3 it refuses after the handshake.
    for versions in [&tls12, &tls13] {
        let site = serve(true, versions).await;
        let refused = world().ask(&get(&site)).await;
        let expected = Err(GetError::NoConnection { site, met: Met::ClientCertificate });
        assert_eq!(refused, expected);
    }
    let reply = world().ask(&get(&serve(false, &tls13).await)).await.expect("a reply");
    assert!(reply.asks_client_certificate && reply.status == 400, "{reply:?}");
}
