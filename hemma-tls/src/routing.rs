//! Does HTTPS reach the right service?
//!
//! Runbook: day 2, step 7.
//!
//! A status code alone does not say who answers: a proxy with a default host answers 200 for every
//! name without a container, with the pages of another application. So what a service says of
//! itself is asked for where it is known ([`Expect`]).

mod expect;
mod standing;

use std::net::SocketAddr;

use futures_util::future::join_all;
use hemma_core::{Finding, FindingId, Hint, Report, World};
use serde::{Deserialize, Serialize};

pub use expect::Expect;
pub use standing::{Standing, judge};

use crate::ids;
use crate::{Get, GetError, Met, Reply, Scheme, Site};

/// A public name, and what should answer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The site to ask.
    pub site: Site,
    /// The address of the same name for plain HTTP.
    pub http: SocketAddr,
    /// The path that is asked.
    pub path: String,
    /// The service behind the name, for messages.
    pub service: String,
    /// The expected answer.
    #[serde(default)]
    pub expect: Expect,
}

impl Route {
    /// The request that proves it.
    pub fn get(&self) -> Get {
        Get::new(&self.site, Scheme::Https, self.path.as_str()).with(self.expect.parts())
    }

    /// The site on the port for plain HTTP.
    pub(crate) fn plain(&self) -> Site {
        Site { to: self.http, ..self.site.clone() }
    }
}

/// Requests every route at once.
pub async fn verify(world: &World, routes: &[Route]) -> Report {
    let asked = routes.iter().map(async |route| {
        let reply = world.ask(&route.get()).await;
        let standing = reply.as_ref().ok().map(|it| judge(it, route));
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
            let standing = judge(reply, route);
            let finding = match words(&standing, route, reply) {
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
        Standing::Unexpected { .. } => ids::ROUTE_UNEXPECTED,
        Standing::Degraded { .. } => ids::ROUTE_DEGRADED,
        Standing::Login { .. } => ids::ROUTE_LOGIN,
        Standing::Maintenance { .. } => ids::ROUTE_MAINTENANCE,
        Standing::Redirected { .. } => ids::ROUTE_REDIRECTED,
        Standing::Proxy { .. } => ids::ROUTE_PROXY_ERROR,
        Standing::ClientCertificate { .. } => ids::ROUTE_CLIENT_CERTIFICATE,
        Standing::Status { .. } => ids::ROUTE_STATUS,
    }
}

fn words(standing: &Standing, route: &Route, reply: &Reply) -> Result<String, String> {
    Err(match standing {
        Standing::Right => return Ok(right(route, reply)),
        Standing::SomeoneElse { service } => format!(
            "`{service}` answers instead of `{}`; likely: the proxy has no container for this name \
             and falls back to its default host, or keeps an address that another container has now",
            wanted(route)
        ),
        Standing::Nameless => format!(
            "a page answers that does not say it is `{}`; it may be the proxy's default host",
            wanted(route)
        ),
        Standing::Unexpected { what } => format!("it answers {}, and {what}", reply.status),
        Standing::Degraded { word } => {
            format!("{} answers {}, and says that it is `{word}`", wanted(route), reply.status)
        }
        Standing::Login { challenge } => {
            format!("it asks for a login before {} is reached: {challenge}", route.path)
        }
        Standing::Maintenance { status, retry_after } => {
            let again = retry_after.as_ref().map(|it| format!(", to be tried again: {it}"));
            format!("a maintenance page answers ({status}{})", again.unwrap_or_default())
        }
        Standing::Redirected { location } => format!("it redirects to {location}"),
        Standing::Proxy { status, likely } => {
            format!("the proxy answers {status} itself; likely: {likely}")
        }
        Standing::ClientCertificate { status } => {
            format!("it demands a client certificate, and answers {status} without one")
        }
        Standing::Status { status } => format!("{} answers {status}", route.site.name),
    })
}

/// The name that the service should give itself, or the compose service's.
fn wanted(route: &Route) -> &str {
    route.expect.own_name().unwrap_or(&route.service)
}

/// What answers, as far as the answer says so.
fn right(route: &Route, reply: &Reply) -> String {
    match (route.expect.own_name(), &reply.location) {
        (Some(name), _) => format!("{name} answers"),
        (None, Some(location)) if (300..400).contains(&reply.status) => {
            format!("answers {}, to {location}", reply.status)
        }
        _ => format!("answers {}", reply.status),
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
        Standing::Redirected { .. } | Standing::Login { .. } => {
            Some("if it is meant to, say so by the status code that is expected".to_owned())
        }
        Standing::Degraded { .. } => {
            Some(format!("its body and the log of {} say what it lacks", route.service))
        }
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
