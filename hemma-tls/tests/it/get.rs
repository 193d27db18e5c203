//! What a GET brings back, and what it does not let happen.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hemma_core::Verdict;
use hemma_tls::routing::{self, Expect, Route};
use hemma_tls::{Get, GetError, Scheme, Site, challenge};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{Authority, GROWTH_KIB_MAX, answer, listen, params, peak_kib, tls, world};

const HEALTH: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
    Strict-Transport-Security: max-age=1\r\nContent-Length: 52\r\n\r\n\
    {\"service\":\"api_gateway_service\",\"status\":\"healthy\"}";

async fn served(reply: &'static [u8]) -> (Authority, Route) {
    let authority = Authority::new("Test Root");
    let identity = authority.issue(&params(&["api.hemma.example"]));
    let to = tls(identity, move |stream| answer(stream, reply)).await;
    let site = authority.site(to);
    let service = "api_gateway_service".to_owned();
    (authority, route(site, closed(), service))
}

/// Headers, fields deep in the body, and texts far behind what is kept of it.
#[tokio::test]
async fn what_is_expected_is_looked_for_in_the_whole_reply() {
    const REPLY: &[u8] = b"HTTP/1.1 401 X\r\nX-App: shop\r\nWWW-Authenticate: Basic\r\n\
        Content-Length: 32\r\n\r\n{\"checks\":{\"db\":true},\"a\":\"bcd\"}";
    let rows = [
        (
            r#"{"status":[401],"header":{"x-app":"shop"},"json":{"/checks/db":"true"},"text":"bcd"}"#,
            None,
        ),
        (r#"{"status":[401],"header":{"X-App":"other"}}"#, Some("header `X-App` is `shop`")),
        (r#"{"status":[401],"json":{"/checks/queue":"true"}}"#, Some("no field `/checks/queue`")),
        (r#"{"status":[401],"text":"xyz"}"#, Some("does not have the text `xyz`")),
        ("{}", Some("asks for a login before /healthz is reached: Basic")),
    ];
    for (expect, words) in rows {
        let (_authority, mut route) = served(REPLY).await;
        route.expect = serde_json::from_str(expect).expect("it is one");
        let report = routing::verify(&world(), &[route]).await;
        let finding = &report.findings[0];
        assert_eq!(finding.verdict == Verdict::Pass, words.is_none(), "{}", finding.detail);
        assert!(finding.detail.contains(words.unwrap_or("answers 401")), "{}", finding.detail);
    }
}

/// A route whose name has this address for plain HTTP.
fn route(site: Site, http: SocketAddr, service: String) -> Route {
    let expect = Expect::service(service.as_str());
    Route { site, http, path: "/healthz".to_owned(), service, expect }
}

/// An address where nothing listens.
fn closed() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.local_addr().expect("it is bound")
}

fn plain(to: SocketAddr) -> Site {
    Site::new("api.hemma.example".parse().expect("a name"), to)
}

#[tokio::test]
async fn the_right_service_is_known_by_its_own_word() {
    let rows: [(&[u8], Verdict, &str); 7] = [
        (HEALTH, Verdict::Pass, "api_gateway_service answers, TLS 1.3, HSTS"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{\"service\":\"skriptoteket\"}",
            Verdict::Fail,
            "`skriptoteket` answers instead",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", Verdict::Fail, "does not say"),
        (
            b"HTTP/1.1 307 X\r\nLocation: http://api.hemma.example/\r\nContent-Length: 0\r\n\r\n",
            Verdict::Fail,
            "redirects to http://api.hemma.example/",
        ),
        (
            b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
            Verdict::Fail,
            "502 itself; likely: its container",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 53\r\n\r\n\
              {\"service\":\"api_gateway_service\",\"status\":\"degraded\"}",
            Verdict::Fail,
            "says that it is `degraded`",
        ),
        // nginx's 444: the connection ends without a word.
        (b"", Verdict::Fail, "broke off GET /healthz"),
    ];
    for (reply, verdict, words) in rows {
        let (_authority, route) = served(reply).await;
        let report = routing::verify(&world(), &[route]).await;
        let finding = &report.findings[0];
        assert_eq!(finding.verdict, verdict, "{}", finding.detail);
        assert!(finding.detail.contains(words), "{}", finding.detail);
    }
}

#[tokio::test]
async fn nothing_is_sent_to_whom_the_verifier_refuses() {
    let authority = Authority::new("Test Root");
    let to = tls(authority.issue(&params(&["other.example"])), async |mut stream| {
        let mut byte = [0];
        assert!(!matches!(stream.read(&mut byte).await, Ok(1)), "a request came");
    });
    let get = Get::new(&authority.site(to.await), Scheme::Https, "/healthz");
    let error = world().ask(&get).await.expect_err("it is not trusted");
    assert!(matches!(error, GetError::NoConnection { .. }), "{error:?}");
    assert!(error.to_string().ends_with("it is for other.example"), "{error}");
}

#[tokio::test]
async fn the_address_is_ours_to_choose_and_the_name_goes_along() {
    let to = listen(async |mut stream| {
        let mut head = vec![0; 2048];
        let length = stream.read(&mut head).await.unwrap_or_default();
        let head = String::from_utf8_lossy(&head[..length]).to_lowercase();
        let host = head.lines().find_map(|it| it.strip_prefix("host: ")).unwrap_or("?").to_owned();
        let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{host}", host.len());
        let _ = stream.write_all(reply.as_bytes()).await;
    })
    .await;
    let reply = world().ask(&Get::new(&plain(to), Scheme::Http, "/")).await.expect("it replies");
    assert_eq!(reply.body, format!("api.hemma.example:{}", to.port()));
}

#[tokio::test]
async fn hostile_replies_cost_neither_time_nor_memory() {
    let before = peak_kib();
    let endless_body = listen(async |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").await;
        let megabyte = vec![b'x'; 1 << 20];
        while stream.write_all(&megabyte).await.is_ok() {}
    });
    let endless_head = listen(async |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        let line = format!("x: {}\r\n", "y".repeat(8_000));
        while stream.write_all(line.as_bytes()).await.is_ok() {}
    });
    let dripping = listen(async |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let silent = listen(async |stream| {
        tokio::time::sleep(Duration::from_secs(9)).await;
        drop(stream);
    });
    let (body, head, drip, silent) =
        (endless_body.await, endless_head.await, dripping.await, silent.await);
    let started = Instant::now();
    let world = world();
    let ask = async |to| {
        let get = Get::new(&plain(to), Scheme::Http, "/").within(Duration::from_millis(600));
        world.ask(&get).await
    };
    let reply = ask(body).await.expect("its beginning is enough");
    assert!(reply.cut && reply.body_bytes == 64 << 10 && reply.body.len() == 300);
    assert!(matches!(ask(head).await, Err(GetError::Broken { .. })));
    assert!(matches!(ask(drip).await, Err(GetError::TimedOut { .. })));
    assert!(matches!(ask(silent).await, Err(GetError::TimedOut { .. })));
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let grown = peak_kib() - before;
    assert!(grown < GROWTH_KIB_MAX, "{grown} KiB more");
}

#[tokio::test]
async fn a_path_cannot_carry_a_second_request() {
    let to = listen(|stream| answer(stream, HEALTH)).await;
    let get = Get::new(&plain(to), Scheme::Http, "/x HTTP/1.1\r\nHost: other\r\n\r\n");
    assert!(matches!(world().ask(&get).await, Err(GetError::Broken { .. })));
}

#[tokio::test]
async fn port_80_lets_challenges_in_and_sends_visitors_on() {
    let proxy = listen(async |mut stream| {
        let mut head = vec![0; 2048];
        let length = stream.read(&mut head).await.unwrap_or_default();
        let challenge = head[..length].starts_with(b"GET /.well-known/acme-challenge/");
        let reply: &[u8] = if challenge {
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        } else {
            b"HTTP/1.1 301 X\r\nLocation: https://api.hemma.example/\r\nContent-Length: 0\r\n\r\n"
        };
        let _ = stream.write_all(reply).await;
    });
    let unknown = listen(|stream| answer(stream, b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"));
    let service = || "api_gateway_service".to_owned();
    let unheard = || plain(closed());
    let routes =
        [route(unheard(), proxy.await, service()), route(unheard(), unknown.await, service())];
    let report = challenge::verify(&world(), &routes).await;
    let verdicts: Vec<Verdict> = report.findings.iter().map(|it| it.verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Pass, Verdict::Pass, Verdict::Fail, Verdict::Fail],
        "{report:?}"
    );
}

/// nginx-proxy answers 503 on a port to every name that it does not have there, and `HTTPS_METHOD`
/// takes a name from one of the two ports.
#[tokio::test]
async fn a_503_of_one_port_is_judged_by_the_other() {
    const UNKNOWN: &[u8] = b"HTTP/1.1 503 X\r\nContent-Length: 22\r\n\r\n<center>nginx</center>";
    const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let rows = [
        (UNKNOWN, UNKNOWN, "route.proxy-error", "challenge.no-container"),
        (UNKNOWN, PAGE, "route.http-only", "challenge.arrives"),
        (HEALTH, UNKNOWN, "route.right", "challenge.https-only"),
        // The service's own 503 says that the proxy has the name.
        (
            b"HTTP/1.1 503 X\r\nContent-Length: 33\r\n\r\n{\"service\":\"api_gateway_service\"}",
            PAGE,
            "route.status",
            "challenge.arrives",
        ),
    ];
    for (https, http, expected_route, expected_challenge) in rows {
        let (_authority, route) = served(https).await;
        let http = listen(move |stream| answer(stream, http)).await;
        let route = Route { http, ..route };
        let world = world();
        let routes = std::slice::from_ref(&route);
        let answers = routing::verify(&world, routes).await.findings;
        let challenges = challenge::verify(&world, routes).await.findings;
        let ids = [answers[0].id.as_str(), challenges[1].id.as_str()];
        assert_eq!(ids, [expected_route, expected_challenge], "{answers:?} {challenges:?}");
    }
}
