//! Does HTTPS reach the right service?
//!
//! Runbook: day 2, step 7.
//!
//! The `service` field of the health body decides: a proxy with a default host answers 200 for
//! every name without a container, with the pages of another application.

use std::net::SocketAddr;

use futures_util::future::join_all;
use hemma_core::{Finding, FindingId, Hint, Report, World};
use serde::{Deserialize, Serialize};

use crate::ids;
use crate::{Get, GetError, Met, Reply, Scheme, Site};

/// A public name, and the service that should answer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The site to ask.
    pub site: Site,
    /// The address of the same name for plain HTTP.
    pub http: SocketAddr,
    /// The path of the health check.
    pub path: String,
    /// The service behind the name, as Compose calls it.
    pub service: String,
    /// The service name that the health body must have.
    pub answers_as: String,
}

impl Route {
    /// The health check over HTTPS.
    pub(crate) fn check(&self) -> Get {
        Get::new(&self.site, Scheme::Https, self.path.as_str())
    }

    /// The site on the port for plain HTTP.
    pub(crate) fn plain(&self) -> Site {
        Site { to: self.http, ..self.site.clone() }
    }
}

/// The state of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The right service answers.
    Right,
    /// Another service answers: the proxy has no container for this name, and uses its default
    /// host.
    SomeoneElse {
        /// The service that answers.
        service: String,
    },
    /// The page that answers does not name a service.
    Nameless,
    /// The site redirects.
    Redirected {
        /// The target of the redirect.
        location: String,
    },
    /// The proxy itself answers, because it cannot reach the service or has no container for it.
    Proxy {
        /// The status code.
        status: u16,
        /// The meaning of the code here.
        meaning: String,
    },
    /// The server demands a client certificate.
    ClientCertificate {
        /// The status code of its answer without one.
        status: u16,
    },
    /// The service answers with another status code.
    Status {
        /// The status code.
        status: u16,
    },
}

/// Judges one reply.
pub fn judge(reply: &Reply, service: &str) -> Standing {
    let status = reply.status;
    match (&reply.service, &reply.location) {
        // The service matters more than the status code: a 503 of the right service is its own
        // answer.
        (Some(seen), _) if seen != service => Standing::SomeoneElse { service: seen.clone() },
        (Some(_), _) if (200..300).contains(&status) => Standing::Right,
        (Some(_), _) => Standing::Status { status },
        (None, Some(location)) if (300..400).contains(&status) => {
            Standing::Redirected { location: location.clone() }
        }
        (None, _) if (200..300).contains(&status) => Standing::Nameless,
        // 400 is nginx's, and 495 and 496 are its internal codes, which some show.
        (None, _) if reply.asks_client_certificate && matches!(status, 400 | 495 | 496) => {
            Standing::ClientCertificate { status }
        }
        (None, _) => match meaning(status) {
            Some(meaning) => Standing::Proxy { status, meaning: meaning.to_owned() },
            None => Standing::Status { status },
        },
    }
}

fn meaning(status: u16) -> Option<&'static str> {
    match status {
        502 => Some(
            "the proxy does not reach the service; likely its container is not on the shared \
             network, or listens on another port",
        ),
        503 => Some("the proxy has no running container for this name on this port"),
        504 => Some("likely the service takes the request and does not answer"),
        _ => None,
    }
}

/// Requests every route at once.
pub async fn verify(world: &World, routes: &[Route]) -> Report {
    let asked = routes.iter().map(async |route| {
        let reply = world.ask(&route.check()).await;
        let standing = match &reply {
            Ok(reply) => Some(judge(reply, &route.answers_as)),
            Err(_) => None,
        };
        if let Some(Standing::Proxy { status: 503, .. }) = standing
            && has_name_on_http(world, route).await
        {
            return on_http_only(route);
        }
        finding(route, &reply)
    });
    join_all(asked).await.into_iter().collect()
}

/// Whether the proxy has the name on the port for plain HTTP. It answers 503 to every name that it
/// does not have there.
async fn has_name_on_http(world: &World, route: &Route) -> bool {
    let front = world.ask(&Get::new(&route.plain(), Scheme::Http, "/")).await;
    front.is_ok_and(|it| it.status != 503)
}

fn on_http_only(route: &Route) -> Finding {
    let detail = format!(
        "503: the proxy has this name on port {} alone, as with HTTPS_METHOD=nohttps",
        route.http.port()
    );
    Finding::fail(ids::ROUTE_HTTP_ONLY, subject(route), detail)
        .hint(Hint::Do(format!("take HTTPS_METHOD out of the settings of {}", route.service)))
}

fn subject(route: &Route) -> String {
    format!("{} at {}{}", route.site.name, route.site.to, route.path)
}

/// The finding for one route.
pub fn finding(route: &Route, reply: &Result<Reply, GetError>) -> Finding {
    let subject = subject(route);
    match reply {
        Ok(reply) => {
            let standing = judge(reply, &route.answers_as);
            let finding = match words(&standing, route) {
                Ok(detail) => {
                    let detail = format!("{detail}, {}", manners(reply));
                    Finding::pass(id(&standing), subject, detail)
                }
                Err(detail) => Finding::fail(id(&standing), subject, detail).evidence(body(reply)),
            };
            finding.hint(hint(&standing, route).map(Hint::Do))
        }
        Err(GetError::NoConnection { met: Met::Unanswered, .. }) => {
            Finding::unseen(ids::ROUTE_NO_ANSWER, subject, Met::Unanswered.to_string())
        }
        Err(GetError::NoConnection { met, .. }) => {
            Finding::fail(ids::ROUTE_NO_CONNECTION, subject, met.to_string())
        }
        Err(error @ (GetError::TimedOut { .. } | GetError::Broken { .. })) => {
            Finding::fail(ids::ROUTE_BROKEN, subject, error.to_string())
        }
        Err(error) => Finding::unknown(ids::ROUTE_UNSEEN, subject, error),
    }
}

/// The id of the finding.
fn id(standing: &Standing) -> FindingId {
    match standing {
        Standing::Right => ids::ROUTE_RIGHT,
        Standing::SomeoneElse { .. } => ids::ROUTE_ANOTHER_SERVICE,
        Standing::Nameless => ids::ROUTE_NAMELESS,
        Standing::Redirected { .. } => ids::ROUTE_REDIRECTED,
        Standing::Proxy { .. } => ids::ROUTE_PROXY_ERROR,
        Standing::ClientCertificate { .. } => ids::ROUTE_CLIENT_CERTIFICATE,
        Standing::Status { .. } => ids::ROUTE_STATUS,
    }
}

fn words(standing: &Standing, route: &Route) -> Result<String, String> {
    match standing {
        Standing::Right => Ok(format!("{} answers", route.answers_as)),
        Standing::SomeoneElse { service } => Err(format!(
            "`{service}` answers instead of `{}`: the proxy has no container for this name and \
             falls back to its default host",
            route.answers_as
        )),
        Standing::Nameless => Err(format!(
            "a page answers that does not say it is `{}`; it may be the proxy's default host",
            route.answers_as
        )),
        Standing::Redirected { location } => Err(format!("it redirects to {location}")),
        Standing::Proxy { status, meaning } => Err(format!("{status}: {meaning}")),
        Standing::ClientCertificate { status } => {
            Err(format!("it demands a client certificate, and answers {status} without one"))
        }
        Standing::Status { status } => Err(format!("{} answers {status}", route.site.name)),
    }
}

fn hint(standing: &Standing, route: &Route) -> Option<String> {
    match standing {
        Standing::SomeoneElse { .. } | Standing::Nameless | Standing::Proxy { .. } => {
            Some(format!(
                "see whether a container of {} runs on the shared network with VIRTUAL_HOST={}",
                route.service, route.site.name
            ))
        }
        Standing::ClientCertificate { .. } => Some(format!(
            "take `ssl_verify_client` out of the proxy's configuration of {}",
            route.site.name
        )),
        Standing::Redirected { location } if location.starts_with("http://") => Some(format!(
            "let {} trust the proxy's headers (`--proxy-headers --forwarded-allow-ips='*'`)",
            route.service
        )),
        _ => None,
    }
}

/// The TLS version of a reply, and whether it has an HSTS header.
fn manners(reply: &Reply) -> String {
    let hsts = if reply.hsts.is_some() { "HSTS" } else { "no HSTS" };
    format!("{}, {hsts}", reply.protocol.as_deref().unwrap_or("no TLS"))
}

fn body(reply: &Reply) -> Option<String> {
    (!reply.body.is_empty()).then(|| format!("body: {}", reply.body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, service: Option<&str>, location: Option<&str>) -> Reply {
        Reply {
            status,
            location: location.map(str::to_owned),
            hsts: None,
            server: None,
            protocol: None,
            service: service.map(str::to_owned),
            asks_client_certificate: false,
            body: String::new(),
            body_bytes: 0,
            cut: false,
        }
    }

    fn asking(status: u16, service: Option<&str>) -> Reply {
        Reply { asks_client_certificate: true, ..reply(status, service, None) }
    }

    #[test]
    fn who_answers_matters_more_than_how() {
        let rows = [
            (reply(200, Some("api"), None), "Right"),
            (reply(200, Some("skriptoteket"), None), "SomeoneElse"),
            (reply(503, Some("skriptoteket"), None), "SomeoneElse"),
            (reply(503, Some("api"), None), "Status"),
            (reply(200, None, None), "Nameless"),
            (reply(301, None, Some("http://x/")), "Redirected"),
            (reply(502, None, None), "Proxy"),
            (reply(503, None, None), "Proxy"),
            (reply(405, None, None), "Status"),
            (reply(400, None, None), "Status"),
            (asking(400, None), "ClientCertificate"),
            (asking(200, Some("api")), "Right"),
            (asking(400, Some("api")), "Status"),
        ];
        for (reply, expected) in rows {
            let standing = format!("{:?}", judge(&reply, "api"));
            assert!(standing.starts_with(expected), "{reply:?} is {standing}");
        }
    }
}
