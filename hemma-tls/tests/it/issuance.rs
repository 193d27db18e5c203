//! Waiting for a certificate that comes, and for one that does not.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hemma_core::{PollPolicy, Progress};
use hemma_tls::Site;
use hemma_tls::issuance::{Cause, End, finding, wait_for_issuance};
use rcgen::DnType;

use crate::server::{Authority, Identity, acceptor, listen, params, self_signed, tls, world};

const PATIENCE: PollPolicy = PollPolicy { looks: 5, pause: Duration::from_millis(20) };
const BEGUN: &str = "Creating/renewal api.hemma.example certificates... (api.hemma.example)";

fn default_certificate() -> Identity {
    let mut params = params(&[]);
    params.distinguished_name.push(DnType::CommonName, "acme-companion");
    self_signed(&params)
}

async fn without(authority: &Authority) -> Site {
    authority.site(tls(default_certificate(), async |_| ()).await)
}

#[tokio::test]
async fn it_ends_as_soon_as_the_certificate_is_there() {
    let authority = Authority::new("Test Root");
    let before = acceptor(default_certificate());
    let after = acceptor(authority.issue(&params(&["api.hemma.example"])));
    let count = Arc::new(AtomicUsize::new(0));
    let met = Arc::clone(&count);
    let to = listen(move |stream| {
        let first = met.fetch_add(1, Ordering::SeqCst) < 2;
        let acceptor = if first { before.clone() } else { after.clone() };
        async move { drop(acceptor.accept(stream).await) }
    });
    let (sites, told) = ([authority.site(to.await)], Arc::new(Mutex::new(Vec::new())));
    let heard = Arc::clone(&told);
    let progress = Progress::new(move |line| {
        heard.lock().expect("nobody panics with it").push(line.to_owned());
    });
    let log = async || Ok::<_, Infallible>(vec![BEGUN.to_owned()]);
    let ended = wait_for_issuance(&world(), &sites, PATIENCE, &progress, log).await;
    assert_eq!(ended[0].end, End::Issued);
    assert_eq!(count.load(Ordering::SeqCst), 3, "a look each, and none too many");
    let told = told.lock().expect("nobody panics with it");
    assert_eq!(told[0], "look 1 of 5: 0 of 1 issued; api.hemma.example: under way");
    assert_eq!(told[2], "look 3 of 5: 1 of 1 issued");
}

#[tokio::test]
async fn it_ends_with_the_cause_and_never_with_a_bare_timeout() {
    let authority = Authority::new("Test Root");
    let failed = "api.hemma.example: Invalid status. Verification error details: Fetching \
                  http://api.hemma.example/x: Connection refused";
    let rows: [(&[&str], End, usize); 4] = [
        (&[BEGUN, failed], End::Failed(Cause::ConnectionRefused), 1),
        (&[BEGUN], End::UnderWay, 5),
        (&[], End::NotMentioned, 5),
        (&[BEGUN, "Cert success."], End::NotPresented, 5),
    ];
    for (lines, expected, looks) in rows {
        let (sites, mut count) = ([without(&authority).await], 0);
        let log = async || {
            count += 1;
            Ok::<_, Infallible>(lines.iter().map(|it| (*it).to_owned()).collect())
        };
        let ended = wait_for_issuance(&world(), &sites, PATIENCE, &Progress::silent(), log).await;
        assert_eq!((&ended[0].end, count), (&expected, looks), "{lines:?}");
        let finding = finding(&ended[0], world().now());
        assert!(finding.hint.is_some(), "{finding:?}");
        assert!(finding.evidence[0].contains("default one"), "{finding:?}");
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_no_verdict() {
    let authority = Authority::new("Test Root");
    let sites = [without(&authority).await];
    let log = async || Err::<Vec<String>, _>(std::io::Error::other("no such container"));
    let ended = wait_for_issuance(&world(), &sites, PATIENCE, &Progress::silent(), log).await;
    let finding = finding(&ended[0], world().now());
    assert_eq!(finding.verdict, hemma_core::Verdict::Unknown, "{finding:?}");
    assert!(finding.detail.contains("no such container"), "{finding:?}");
}
