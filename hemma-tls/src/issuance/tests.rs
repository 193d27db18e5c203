//! Logs of the companion and of acme.sh, as several versions of the last years write them.

use super::wait::judge;
use super::*;
use crate::{Met, Site};

const BEGUN: &str = "Creating/renewal a.example certificates... (a.example)";
const BOTH: &str = "Creating/renewal a.example certificates... (a.example www.a.example)";
const OTHER: &str = "Creating/renewal b.example certificates... (b.example)";
const SLEEP: &str = "Sleep for 3600s";
const GIVEN_UP: &str =
    "[Tue Feb  3 04:05:07 UTC 2026] Please check log file for more details: /dev/null";

fn end(log: &[&str]) -> End {
    let site = Site::new("a.example".parse().expect("a name"), ([127, 0, 0, 1], 443).into());
    judge(&site, Ok(Met::Silent), &Ok(read(log.iter().copied()))).end
}

/// The words of a failure.
fn failure(log: &[&str]) -> String {
    match end(log) {
        End::Failed(cause) => cause.to_string(),
        other => panic!("{log:?} gave {other:?}"),
    }
}

fn by_client(text: &str) -> String {
    format!("[Tue Feb  3 04:05:06 UTC 2026] {text}")
}

#[test]
fn a_pass_of_the_companion_is_read_in_order() {
    let log = "\
        Info: running acme-companion version v2.6.3\n\
        Creating/renewal a.example certificates... (a.example www.a.example)\n\
        [Tue Feb  3 04:05:06 UTC 2026] Verifying: a.example\n\
        [Tue Feb  3 04:05:09 UTC 2026] \u{1b}[1;32mCert success.\u{1b}[0m\n\
        -----BEGIN CERTIFICATE-----\n\
        Creating/renewal b.example certificates... (b.example)\n\
        [Tue Feb  3 04:05:10 UTC 2026] Skipping. Next renewal time is: 2026-04-01\n\
        Creating/renewal c.example certificates... (c.example,d.example)\n\
        [Tue Feb  3 04:05:12 UTC 2026] d.example: Invalid status. Verification error details: \
        203.0.113.7: Fetching http://d.example/x: Timeout during connect (likely firewall problem)\n\
        Sleep for 3600s\n";
    let events = read(log.lines());
    let words: Vec<String> =
        events.iter().map(|it| format!("{} {:?}", it.names.join("+"), it.what)).collect();
    assert_eq!(
        words,
        [
            " Resting",
            "a.example+www.a.example Begun",
            "a.example+www.a.example Issued",
            "b.example Begun",
            "b.example NotDue",
            "c.example+d.example Begun",
            "c.example+d.example Failed { cause: ConnectTimedOut, at: Some(\"d.example\") }",
            " Resting",
        ]
    );
}

#[test]
fn the_last_word_about_a_name_counts() {
    let failed = "a.example:Verify error:Connection refused";
    let refused = || End::Failed(Cause::ConnectionRefused);
    let rows: [(&[&str], End); 8] = [
        (&[], End::NotMentioned),
        (&[OTHER, "Cert success.", SLEEP], End::NotMentioned),
        (&[BEGUN], End::UnderWay),
        (&[BEGUN, failed], refused()),
        (&[BEGUN, failed, OTHER, SLEEP], refused()),
        (&[BEGUN, failed, BEGUN], End::UnderWay),
        (&[BEGUN, "Cert success."], End::NotPresented),
        (&[BEGUN, "Info: running acme-companion version v2.6.3"], End::UnderWay),
    ];
    for (log, expected) in rows {
        assert_eq!(end(log), expected, "{log:?}");
    }
}

/// Whatever the words, an attempt that ended without a success has failed.
#[test]
fn an_attempt_that_ended_without_a_success_has_failed() {
    let words = by_client("The moon is full, please howl.");
    let unknown = "the attempt ended without a certificate, after `The moon is full, please howl.`";
    let rows: [(&[&str], &str); 6] = [
        (&[BEGUN, SLEEP], "the attempt ended without a certificate"),
        (&[BEGUN, &words, SLEEP], unknown),
        (&[BEGUN, &words, OTHER], unknown),
        (&[BEGUN, &words, GIVEN_UP], unknown),
        (&[BEGUN, &words, "Reloading nginx proxy (web)...", SLEEP], unknown),
        (
            &[BEGUN, &words, "2026/02/03 04:05:06 Received event start for container 4", SLEEP],
            unknown,
        ),
    ];
    for (log, expected) in rows {
        assert_eq!(failure(log), expected, "{log:?}");
    }
}

/// Each message of acme.sh 2.8 to 3.1 after which it gives up is a failure, at its marker and at the
/// end of the pass alike.
#[test]
fn every_message_that_acme_sh_ends_with_is_a_failure() {
    let silent = "the certificate authority does not answer the ACME companion";
    let rows = [
        (
            "a.example:Verify error:Fetching http://a/x: Connection refused",
            "nothing listens on port 80 at the name's address",
        ),
        (
            "a.example: Invalid status, Verification error: {\"type\":\"x\",\"detail\":\"Fetching http://a/x: Connection refused\"",
            "nothing listens on port 80 at the name's address",
        ),
        (
            "a.example: Unknown status: deactivated. Verification error: {\"detail\":\"the moon\"}",
            "the moon",
        ),
        ("a.example: Challenge error: {\"detail\":\"the moon\"}", "the moon"),
        ("a.example:Timeout", "the certificate authority did not decide in time"),
        ("a.example: Timeout", "the certificate authority did not decide in time"),
        (
            "a.example:Can not write token to file : /usr/share/nginx/html/.well-known/x",
            "the ACME companion cannot write the challenges",
        ),
        (
            "a.example: Cannot write token to file: /usr/share/nginx/html/.well-known/x",
            "the ACME companion cannot write the challenges",
        ),
        (
            "Create new order error. Le_OrderFinalize not found. {\"detail\":\"the moon\"}",
            "the moon",
        ),
        (
            "Error creating new order. Le_OrderFinalize not found. {\"detail\":\"the moon\"}",
            "the moon",
        ),
        ("Sign failed: \"detail\":\"the moon\"", "the moon"),
        ("Signing failed: \"detail\":\"the moon\"", "the moon"),
        ("Giving up sending to CA server after 20 retries.", silent),
        ("Can not init api.", silent),
        ("Can not init api for: https://acme-v02.api.letsencrypt.org/directory.", silent),
        ("Cannot init API for: https://acme-v02.api.letsencrypt.org/directory.", silent),
        (
            "Can not connect to https://acme-v02.api.letsencrypt.org/acme/new-nonce to get nonce.",
            silent,
        ),
        (
            "The retryafter=86400 value is too large (> 600), will not retry anymore.",
            "a rate limit of the certificate authority is exceeded; not before 24 hours after that attempt",
        ),
        (
            "Error creating domain key.",
            "the attempt ended without a certificate, after `Error creating domain key.`",
        ),
        (
            "Please install socat or python tools first.",
            "the attempt ended without a certificate, after `Please install socat or python tools first.`",
        ),
    ];
    for (words, expected) in rows {
        let words = by_client(words);
        for ending in [GIVEN_UP, SLEEP, OTHER] {
            assert_eq!(failure(&[BEGUN, &words, ending]), expected, "{words} {ending}");
        }
    }
}

#[test]
fn what_acme_sh_tries_again_is_no_failure() {
    let rows = [
        "Could not get nonce, let's try again.",
        "Could not get nonce, let's try again. Sleeping for 5 seconds.",
        "It seems the CA server is busy now, let's wait and retry. Sleeping for 1 seconds.",
        "The CA server answered 503, let's wait and retry. Sleeping for 10 seconds.",
        "Pending. The CA is processing your order, please wait. (1/30)",
        "The order is not ready to be finalized yet, waiting 2 seconds. (1/10)",
    ];
    for words in rows {
        let words = by_client(words);
        assert_eq!(end(&[BEGUN, &words]), End::UnderWay, "{words}");
        let success = by_client("Cert success.");
        assert_eq!(end(&[BEGUN, &words, &success, SLEEP]), End::NotPresented, "{words}");
    }
    // A chain that was not to be had is no failure, if another was.
    let other_chain = by_client("Signing failed, could not download cert: https://x");
    let success = by_client("Cert success.");
    assert_eq!(end(&[BEGUN, &other_chain, &success, SLEEP]), End::NotPresented);
}

/// The authority's answer has several lines in the log, and another program may write between them.
#[test]
fn a_limit_is_read_from_an_answer_of_several_lines() {
    let answer = [
        r#"  "type": "urn:ietf:params:acme:error:rateLimited","#,
        "2026/02/03 04:05:06 Received event start for container 403abbbf078c",
        r#"  "detail": "too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2026-02-03 05:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/","#,
        r#"  "status": 429"#,
        "}",
    ];
    let expected = "too many certificates for the same names were issued in the last 7 days; not \
                    before 2026-02-03 05:00:00 UTC";
    let firsts = [
        "Error creating new order. Le_OrderFinalize not found. {",
        "Create new order error. Le_OrderFinalize not found. {",
    ];
    for first in firsts {
        let first = by_client(first);
        let log: Vec<&str> = [&[BEGUN, &first][..], &answer, &[SLEEP]].concat();
        assert_eq!(failure(&log), expected, "{first}");
    }
    // acme.sh 3.1 prints the answer after its own words.
    let (first, brace) = (by_client("Signing failed. Finalize code was not 200."), by_client("{"));
    let log: Vec<&str> = [&[BEGUN, &first, &brace][..], &answer, &[GIVEN_UP, SLEEP]].concat();
    assert_eq!(failure(&log), expected);
}

#[test]
fn a_name_fails_with_the_other_names_of_its_certificate() {
    let failed = by_client(
        "www.a.example: Invalid status. Verification error details: DNS problem: NXDOMAIN looking up A for www.a.example",
    );
    let expected = "its certificate is also for www.a.example, which failed: the certificate \
                    authority cannot resolve the name: NXDOMAIN";
    assert_eq!(failure(&[BOTH, &failed]), expected);
    assert_eq!(failure(&[BOTH, &failed, SLEEP]), expected);
    assert_eq!(end(&[OTHER, &failed, SLEEP]), End::NotMentioned);
}

/// The account is made before the certificate's own lines, and after those of the one before.
#[test]
fn an_account_that_was_refused_says_why() {
    let registering =
        by_client("Registering account: https://acme-v02.api.letsencrypt.org/directory");
    let none = "Error: no ACME account was found or registered for a@example.org and \
                https://acme-v02.api.letsencrypt.org/directory, certificate creation aborted.";
    let no_account = "the ACME companion has no account with the authority: ";
    let limit = "too many accounts were made from this address in the last 3 hours; not before \
                 2024-10-22 09:58:19 UTC";
    let detail = "too many new registrations (10) from this IP address in the last 3h0m0s, retry \
                  after 2024-10-22 09:58:19 UTC: see https://x";
    let forbidden = r#"contact email has forbidden domain \"example.org\""#;
    let rows = [
        (format!("Account registration error: {{\"detail\": \"{detail}\"}}"), limit),
        (format!("Register account Error: {{\"detail\": \"{detail}\"}}"), limit),
        (
            format!("Error registering account: {{\"detail\": \"{forbidden}\"}}"),
            r#"contact email has forbidden domain "example.org""#,
        ),
    ];
    for (words, expected) in rows {
        let words = by_client(&words);
        let expected = format!("{no_account}{expected}");
        assert_eq!(failure(&[&registering, &words, none, SLEEP]), expected, "{words}");
        // Another certificate's attempt before it has not failed for that reason.
        let howl = by_client("The moon is full.");
        let log = [BEGUN, &howl, &registering, &words, none, SLEEP];
        assert_eq!(
            failure(&log),
            "the attempt ended without a certificate, after `The moon is full.`"
        );
    }
    assert_eq!(failure(&[none]), "the ACME companion has no account with the authority");
    // acme.sh makes an account itself at the beginning of an attempt.
    let using = by_client("Using CA: https://acme-v02.api.letsencrypt.org/directory");
    assert_eq!(end(&[BEGUN, &using, &registering]), End::UnderWay);
}

#[test]
fn what_keeps_the_companion_from_trying_is_about_every_name() {
    let other = |text: &str| Cause::Other { text: text.to_owned() };
    let rows = [
        (
            "Error: no ACME account was found or registered for x",
            Cause::NoAccount { because: None },
        ),
        ("Error: can't get nginx-proxy container ID !", Cause::ProxyNotFound),
        ("Error: nginx-proxy container nginx-proxy isn't running.", Cause::ProxyNotFound),
        (
            "2026/02/03 04:05:06 Error: nginx-proxy container web isn't running.",
            Cause::ProxyNotFound,
        ),
        (
            "2026/02/03 04:05:06 Error: could not get a nginx-proxy container ID.",
            Cause::ProxyNotFound,
        ),
        (
            "Error: you need to share your Docker host socket with a volume at /var/run/docker.sock",
            Cause::EngineNotShared,
        ),
        (
            "2025/11/12 10:00:00 Error listing containers: API error (400): {\"message\":\"client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version\"}",
            Cause::EngineTooNew,
        ),
        (
            "Warning: can't access or write to '/usr/share/nginx/html' directory.",
            Cause::ChallengesNotWritable,
        ),
        (
            "Error: can't write to the '/etc/nginx/certs' directory !",
            Cause::NotWritable { directory: "/etc/nginx/certs".to_owned() },
        ),
        (
            "Error: can't access to '/etc/acme.sh' directory !",
            Cause::NotWritable { directory: "/etc/acme.sh".to_owned() },
        ),
        (
            "Error: wildcard certificates (*.a) can't be obtained with HTTP-01 challenge",
            Cause::Wildcard,
        ),
        (
            "Error: unknown ACME challenge method: HTTP-02",
            other("unknown ACME challenge method: HTTP-02"),
        ),
    ];
    for (line, expected) in rows {
        assert_eq!(end(&[line]), End::Failed(expected.clone()), "{line}");
        // It is no word about a name that the companion came to in the same pass.
        assert_eq!(end(&[BEGUN, "Cert success.", line]), End::NotPresented, "{line}");
        // In a later pass it is.
        let later = end(&[BEGUN, "Cert success.", SLEEP, line, SLEEP]);
        assert_eq!(later, End::Failed(expected), "{line}");
    }
    let reload = "2026/02/03 04:05:06, Error: can't reload nginx-proxy.";
    assert_eq!(end(&[reload]), End::NotMentioned);
}

#[test]
fn no_line_panics() {
    let long = "é".repeat(10_000);
    let lines = [
        long.as_str(),
        "[",
        "\u{1b}[",
        "\u{1b}[1",
        "[x] ",
        "[1:] {",
        ":Verify error:",
        ".:Timeout",
        "Creating/renewal ",
        "\"detail\":\"\\",
        "0000/00/00 00:00:0é",
    ];
    assert!(read(lines).len() <= 2 * lines.len());
}
