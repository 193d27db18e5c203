//! Whether the certificate authority's challenge reaches port 80, and whether visitors there are
//! redirected to HTTPS.

use futures_util::future::join_all;
use hemma_core::{Finding, Hint, Report, World};
use serde::{Deserialize, Serialize};

use crate::ids;
use crate::routing::Route;
use crate::{Get, GetError, Met, Reply, Scheme, Site, SiteName};

/// A path below the directory that the authority requests. The file does not exist: a look that
/// changes nothing can only show that the request reaches the right place.
pub const CHALLENGE_PATH: &str = "/.well-known/acme-challenge/hemma-probe";

/// The kind of reply on port 80.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It redirects to the same name over HTTPS.
    ToHttps,
    /// It redirects elsewhere.
    Astray {
        /// The target of the redirect.
        location: String,
    },
    /// It answers without a redirect.
    Answers {
        /// The status code.
        status: u16,
    },
}

/// Judges a reply from `name` on port 80.
pub fn judge(reply: &Reply, name: &SiteName) -> Standing {
    match &reply.location {
        Some(location) if (300..400).contains(&reply.status) => {
            let rest = location.strip_prefix("https://").unwrap_or_default();
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.strip_suffix(":443").unwrap_or(authority);
            if host.eq_ignore_ascii_case(name.as_str()) {
                Standing::ToHttps
            } else {
                Standing::Astray { location: location.clone() }
            }
        }
        _ => Standing::Answers { status: reply.status },
    }
}

/// Requests the front page and a challenge of every name over plain HTTP, at once.
pub async fn verify(world: &World, routes: &[Route]) -> Report {
    let findings = routes.iter().map(async |route| {
        let site = &route.plain();
        let ask = |path| async move { world.ask(&Get::new(site, Scheme::Http, path)).await };
        let (front, challenge) = tokio::join!(ask("/"), ask(CHALLENGE_PATH));
        let is_unknown = matches!(&challenge, Ok(it) if it.status == 503);
        let challenge = if is_unknown && has_name_on_https(world, route).await {
            on_https_only(route)
        } else {
            challenge_path(site, &challenge)
        };
        [front_page(site, &front), challenge]
    });
    join_all(findings).await.into_iter().flatten().collect()
}

/// Whether the proxy has the name on the port for HTTPS. It answers 503 to every name that it does
/// not have there.
async fn has_name_on_https(world: &World, route: &Route) -> bool {
    world.ask(&route.get()).await.is_ok_and(|it| it.status != 503)
}

fn on_https_only(route: &Route) -> Finding {
    let detail = format!(
        "503: the proxy has this name on port {} alone, as with HTTPS_METHOD=nohttp; no \
         certificate can be issued",
        route.site.to.port()
    );
    Finding::fail(ids::CHALLENGE_HTTPS_ONLY, challenges(&route.plain()), detail)
        .hint(Hint::Do(format!("take HTTPS_METHOD out of the settings of {}", route.service)))
}

fn challenges(site: &Site) -> String {
    format!("challenges for {} at {}", site.name, site.to)
}

fn front_page(site: &Site, reply: &Result<Reply, GetError>) -> Finding {
    let subject = format!("http://{} at {}", site.name, site.to);
    match reply.as_ref().map(|it| judge(it, &site.name)) {
        Ok(Standing::ToHttps) => Finding::pass(ids::HTTP_TO_HTTPS, subject, "redirects to HTTPS"),
        Ok(Standing::Astray { location }) => Finding::fail(
            ids::HTTP_ELSEWHERE,
            subject,
            format!("redirects to {location}, and not to itself over HTTPS"),
        ),
        Ok(Standing::Answers { status }) => {
            let detail = format!("answers {status} itself: visitors are not sent on to HTTPS");
            Finding::fail(ids::HTTP_NOT_REDIRECTED, subject, detail)
        }
        Err(error) => no_reply(subject, error),
    }
}

fn challenge_path(site: &Site, reply: &Result<Reply, GetError>) -> Finding {
    let subject = challenges(site);
    match reply.as_ref().map(|it| judge(it, &site.name)) {
        // There is no such file, so "not found" is the answer of the right place.
        Ok(Standing::Answers { status: status @ (200..=299 | 404) }) => Finding::pass(
            ids::CHALLENGE_ARRIVES,
            subject,
            format!("come in over port 80 ({status})"),
        ),
        // The authority follows this redirect, and takes any certificate there.
        Ok(Standing::ToHttps) => Finding::pass(
            ids::CHALLENGE_ARRIVES,
            subject,
            "are sent on to HTTPS, where they follow",
        ),
        Ok(Standing::Astray { location }) => Finding::fail(
            ids::CHALLENGE_ELSEWHERE,
            subject,
            format!("are sent to {location}, which does not prove this name"),
        ),
        Ok(Standing::Answers { status: 503 }) => Finding::fail(
            ids::CHALLENGE_NO_CONTAINER,
            subject,
            "503: the proxy has no running container for this name on this port",
        ),
        Ok(Standing::Answers { status }) => Finding::fail(
            ids::CHALLENGE_REFUSED,
            subject,
            format!("are answered with {status}: no certificate can be issued"),
        ),
        Err(error) => no_reply(subject, error),
    }
}

fn no_reply(subject: String, error: &GetError) -> Finding {
    match error {
        GetError::NoConnection { met: Met::Unanswered, .. } => {
            Finding::unseen(ids::HTTP_NO_ANSWER, subject, Met::Unanswered.to_string())
        }
        GetError::NoConnection { met, .. } => {
            Finding::fail(ids::HTTP_NO_CONNECTION, subject, met.to_string())
        }
        GetError::TimedOut { .. } | GetError::Broken { .. } => {
            Finding::fail(ids::HTTP_BROKEN, subject, error.to_string())
        }
        GetError::Handshake { .. } | GetError::NotRecorded(_) => {
            Finding::unknown(ids::HTTP_UNSEEN, subject, error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_name_over_https_will_do() {
        let rows = [
            ("https://a.example/x", true),
            ("https://A.example:443", true),
            ("https://a.example?x", true),
            ("https://b.example/", false),
            ("https://a.example:8443/", false),
            ("https://a.example.evil.test/", false),
            ("https://a.example@evil.test/", false),
            ("http://a.example/", false),
            ("/x", false),
        ];
        let name = "a.example".parse().expect("a name");
        for (location, expected) in rows {
            let reply =
                Reply { status: 301, location: Some(location.to_owned()), ..Reply::default() };
            assert_eq!(judge(&reply, &name) == Standing::ToHttps, expected, "{location}");
        }
    }
}
