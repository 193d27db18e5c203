//! The judgement of one reply.

use serde::{Deserialize, Serialize};

use super::Route;
use crate::{Reply, Site};

/// The state of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// The answer is as expected.
    Right,
    /// Another service answers: the proxy has no container for this name, and uses its default
    /// host.
    SomeoneElse {
        /// The service that answers.
        service: String,
    },
    /// The page that answers does not name a service.
    Nameless,
    /// The status code is as expected, and something else is not.
    Unexpected {
        /// What differs.
        what: String,
    },
    /// The service says of itself that it is not well.
    Degraded {
        /// Its own word.
        word: String,
    },
    /// A login is asked for.
    Login {
        /// The login that is asked for, as sent.
        challenge: String,
    },
    /// A maintenance page answers.
    Maintenance {
        /// The status code.
        status: u16,
        /// When to try again, as sent.
        retry_after: Option<String>,
    },
    /// The site redirects to another name, to itself, or away from HTTPS.
    Redirected {
        /// The target of the redirect.
        location: String,
    },
    /// The proxy itself answers, because it cannot reach the service or has no container for it.
    Proxy {
        /// The status code.
        status: u16,
        /// What is likely. The status code alone proves no cause.
        likely: String,
    },
    /// The server demands a client certificate.
    ClientCertificate {
        /// The status code of its answer without one.
        status: u16,
    },
    /// Another status code answers.
    Status {
        /// The status code.
        status: u16,
    },
}

/// Words by which services say that they are not well.
const UNWELL: [&str; 8] =
    ["degraded", "unhealthy", "down", "error", "fail", "failed", "failing", "critical"];

/// Texts of proxies' own error pages: nginx, `OpenResty`, Traefik, `HAProxy` (two), Envoy.
const OF_PROXIES: [&str; 6] = [
    "<center>nginx",
    "<center>openresty",
    "no available server",
    "No server is available to handle this request",
    "The server returned an invalid or incomplete response",
    "upstream connect error",
];

/// Judges one reply.
pub fn judge(reply: &Reply, route: &Route) -> Standing {
    let expect = &route.expect;
    let named = expect.own_name().zip(reply.service.as_deref());
    // The service matters more than the status code: a 503 of the right service is its own answer.
    if let Some((_, seen)) = named.filter(|(wanted, seen)| wanted != seen) {
        return Standing::SomeoneElse { service: seen.to_owned() };
    }
    if !takes(reply, route) {
        return refused(reply, named.is_some());
    }
    if expect.own_name().is_some() && named.is_none() {
        return Standing::Nameless;
    }
    if let Some(what) = expect.unmet(reply) {
        return Standing::Unexpected { what };
    }
    match &reply.health {
        Some(word) if !expect.takes_health() && is_unwell(word) => {
            Standing::Degraded { word: word.clone() }
        }
        _ => Standing::Right,
    }
}

/// Whether the status code is an expected one.
fn takes(reply: &Reply, route: &Route) -> bool {
    let wanted = &route.expect.status;
    if !wanted.is_empty() {
        return wanted.contains(&reply.status);
    }
    match (&reply.location, reply.status) {
        (_, 200..300) => true,
        // A service that says its name in a body does not redirect.
        (Some(to), 300..400) => route.expect.own_name().is_none() && within(to, route),
        _ => false,
    }
}

/// The state behind a status code that is not an expected one.
fn refused(reply: &Reply, is_named: bool) -> Standing {
    let status = reply.status;
    let body = reply.body.to_lowercase();
    let is_proxys = OF_PROXIES.iter().any(|it| body.contains(&it.to_lowercase()));
    if is_named {
        return Standing::Status { status };
    }
    match (&reply.location, &reply.login, status) {
        (Some(location), _, 300..400) => Standing::Redirected { location: location.clone() },
        // 400 is nginx's, and 495 and 496 are its internal codes, which some show.
        (_, _, 400 | 495 | 496) if reply.asks_client_certificate => {
            Standing::ClientCertificate { status }
        }
        (_, Some(challenge), 401) => Standing::Login { challenge: challenge.clone() },
        (_, _, 500..600) if reply.retry_after.is_some() || body.contains("maintenance") => {
            Standing::Maintenance { status, retry_after: reply.retry_after.clone() }
        }
        // These two codes are a gateway's.
        (_, _, 502 | 504) => proxy(status),
        (_, _, 503) if is_proxys => proxy(status),
        _ => Standing::Status { status },
    }
}

fn proxy(status: u16) -> Standing {
    let likely = match status {
        502 => {
            "its container is not on the network that it shares with the proxy, listens on another \
             port than the proxy asks, or got an address that the proxy does not know yet"
        }
        504 => "the service takes the request and does not answer in the proxy's time",
        _ => {
            "the proxy knows no running container for this name, or serves it on the other of the \
             ports 80 and 443 alone"
        }
    };
    Standing::Proxy { status, likely: likely.to_owned() }
}

fn is_unwell(word: &str) -> bool {
    UNWELL.iter().any(|it| word.eq_ignore_ascii_case(it))
}

/// Whether a redirect stays within the name, on HTTPS, and leads on.
fn within(location: &str, route: &Route) -> bool {
    let scheme = location.split(['/', '?', '#']).next().and_then(|it| it.split_once(':'));
    let rest = match scheme {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => &location[scheme.len() + 1..],
        Some(_) => return false,
        None => location,
    };
    let Some(rest) = rest.strip_prefix("//") else {
        return scheme.is_none() && rest != route.path;
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    is_own(host, &route.site) && path != route.path
}

/// Whether a host, with or without a port, is the site's own name.
fn is_own(host: &str, site: &Site) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_end_matches('.').eq_ignore_ascii_case(site.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::Expect;
    use super::*;

    fn route(expect: Expect) -> Route {
        let site = Site::new("a.example".parse().expect("a name"), ([127, 0, 0, 1], 443).into());
        let http = ([127, 0, 0, 1], 80).into();
        Route { site, http, path: "/up".to_owned(), service: "web".to_owned(), expect }
    }

    fn reply(status: u16) -> Reply {
        Reply { status, ..Reply::default() }
    }

    fn with(status: u16, change: impl FnOnce(&mut Reply)) -> Reply {
        let mut reply = reply(status);
        change(&mut reply);
        reply
    }

    fn check(expect: &Expect, rows: &[(Reply, &str)]) {
        for (reply, expected) in rows {
            let standing = format!("{:?}", judge(reply, &route(expect.clone())));
            assert!(standing.starts_with(expected), "{reply:?} is {standing}, not {expected}");
        }
    }

    #[test]
    fn who_answers_matters_more_than_how() {
        let named =
            |status, service: &str| with(status, |it| it.service = Some(service.to_owned()));
        let moved = with(301, |it| it.location = Some("https://a.example/x".to_owned()));
        let rows = [
            (named(200, "api"), "Right"),
            (named(200, "skriptoteket"), "SomeoneElse"),
            (named(503, "skriptoteket"), "SomeoneElse"),
            (named(503, "api"), "Status"),
            (reply(200), "Nameless"),
            (moved, "Redirected"),
            (reply(502), "Proxy"),
            (reply(504), "Proxy"),
            (reply(405), "Status"),
        ];
        check(&Expect::service("api"), &rows);
    }

    #[test]
    fn an_application_that_says_nothing_of_itself_can_be_proven() {
        let to = |location: &str| with(302, |it| it.location = Some(location.to_owned()));
        let json = |health: &str| with(200, |it| it.health = Some(health.to_owned()));
        let page = |status, body: &str| with(status, |it| it.body = body.to_owned());
        let rows = [
            (reply(200), "Right"),
            (reply(204), "Right"),
            (with(200, |it| it.service = Some("any".to_owned())), "Right"),
            (to("/login"), "Right"),
            (to("login"), "Right"),
            (to("https://A.example:443/login"), "Right"),
            (to("//a.example/login"), "Right"),
            (to("https://a.example"), "Right"),
            (to("/up"), "Redirected"),
            (to("https://a.example/up"), "Redirected"),
            (to("http://a.example/login"), "Redirected"),
            (to("https://b.example/login"), "Redirected"),
            (to("https://a.example.evil/"), "Redirected"),
            (to("https://a.example@b.example/"), "Redirected"),
            (to("javascript:alert(1)"), "Redirected"),
            (to("https:"), "Redirected"),
            (reply(302), "Status"),
            (json("degraded"), "Degraded"),
            (json("DOWN"), "Degraded"),
            (json("ok"), "Right"),
            (json("UP"), "Right"),
            (with(401, |it| it.login = Some("Basic realm=\"x\"".to_owned())), "Login"),
            (reply(401), "Status"),
            (with(503, |it| it.retry_after = Some("120".to_owned())), "Maintenance"),
            (page(503, "<h1>Down for Maintenance</h1>"), "Maintenance"),
            (page(503, "<hr><center>nginx/1.27</center>"), "Proxy"),
            (page(503, "no available server"), "Proxy"),
            (page(503, "{\"detail\":\"no database\"}"), "Status"),
            (reply(503), "Status"),
            (reply(404), "Status"),
        ];
        check(&Expect::default(), &rows);
    }

    #[test]
    fn what_is_expected_decides() {
        let expect = |text: &str| serde_json::from_str::<Expect>(text).expect("it is one");
        let field = |name: &str, value: &str| {
            with(200, |it| drop(it.parts.json.insert(name.to_owned(), value.to_owned())))
        };
        let (missing, header) = (reply(204), |value: &str| {
            with(200, |it| drop(it.parts.headers.insert("x-app".to_owned(), value.to_owned())))
        });
        check(&expect(r#"{"status":[401,404]}"#), &[(reply(401), "Right"), (reply(200), "Status")]);
        check(
            &expect(r#"{"json":{"/checks/database":"true"}}"#),
            &[
                (field("/checks/database", "true"), "Right"),
                (field("/checks/database", "false"), "Unexpected"),
                (missing.clone(), "Unexpected"),
            ],
        );
        check(
            &expect(r#"{"header":{"x-app":"shop"}}"#),
            &[(header("shop"), "Right"), (header("other"), "Unexpected"), (missing, "Unexpected")],
        );
        check(
            &expect(r#"{"text":"Welcome"}"#),
            &[(with(200, |it| it.parts.has_text = true), "Right"), (reply(200), "Unexpected")],
        );
        let degraded = with(200, |it| {
            it.health = Some("degraded".to_owned());
            it.parts.json.insert("status".to_owned(), "degraded".to_owned());
        });
        check(&expect(r#"{"json":{"status":"degraded"}}"#), &[(degraded, "Right")]);
        let elsewhere = with(302, |it| it.location = Some("https://sso.example/".to_owned()));
        check(&expect(r#"{"status":[302]}"#), &[(elsewhere, "Right")]);
    }
}
