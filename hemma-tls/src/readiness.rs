//! Do the proxy and the ACME companion learn every public name?
//!
//! Runbook: day 1, step 3.
//!
//! This module only judges values; the caller asks Compose and the engine. The compose files define
//! the names; both directions are compared.

use std::collections::BTreeSet;

use hemma_core::names::wildcard_covers;
use hemma_core::{Finding, Hint, Report};
use serde::{Deserialize, Serialize};

use crate::ids;

/// A public name, and the service that should be behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The name.
    pub name: String,
    /// The compose service.
    pub service: String,
}

/// A service in the compose files, and its container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The name of the service.
    pub name: String,
    /// Its settings in the resolved compose files.
    pub declared: Declared,
    /// Its running container, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<Running>,
}

/// The settings of a service that the proxy and the companion read, and its networks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The variables `VIRTUAL_HOST`, `VIRTUAL_PORT` and `LETSENCRYPT_HOST`.
    pub variables: Variables,
    /// The networks of the service, by their names on the host.
    pub networks: Vec<String>,
}

/// The running container of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The name of the container.
    pub container: String,
    /// The variables of the container.
    pub variables: Variables,
    /// The networks of the container.
    pub networks: Vec<String>,
    /// The ports on which its processes listen. `None` if they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listening: Option<Vec<u16>>,
    /// The names in the proxy's own configuration. `None` if it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routed: Option<Vec<String>>,
}

/// The three variables, unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variables {
    /// `VIRTUAL_HOST`: names, comma-separated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_host: Option<String>,
    /// `VIRTUAL_PORT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_port: Option<String>,
    /// `LETSENCRYPT_HOST`: names, comma-separated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letsencrypt_host: Option<String>,
}

impl Variables {
    fn hosts(&self) -> BTreeSet<String> {
        names(self.virtual_host.as_deref())
    }

    /// Whether `VIRTUAL_HOST` has the name, or a wildcard for it.
    fn routes(&self, name: &str) -> bool {
        self.hosts().iter().any(|it| wildcard_covers(it, name))
    }

    fn certified(&self) -> BTreeSet<String> {
        names(self.letsencrypt_host.as_deref())
    }

    fn port(&self) -> Option<u16> {
        self.virtual_port.as_deref()?.trim().parse().ok()
    }
}

/// The names in a list. The proxy ignores case and blanks.
fn names(list: Option<&str>) -> BTreeSet<String> {
    let list = list.unwrap_or_default().split(',').map(|it| it.trim().to_ascii_lowercase());
    list.filter(|it| !it.is_empty()).collect()
}

/// Judges every expected name, and every declared one that is not expected.
pub fn judge(expected: &[Expected], services: &[Service], network: &str) -> Report {
    let known = expected.iter().map(|it| one(it, services, network));
    known.chain(services.iter().flat_map(|it| unexpected(it, expected))).collect()
}

fn one(expected: &Expected, services: &[Service], network: &str) -> Finding {
    let Expected { name, service } = expected;
    let Some(seen) = services.iter().find(|it| it.name == *service) else {
        let declaring = services.iter().find(|it| it.declared.variables.routes(name));
        let detail = match declaring {
            Some(other) => format!("`{}` declares it, and not `{service}`", other.name),
            None => format!("the compose files have no service `{service}`"),
        };
        return Finding::fail(ids::READINESS_SERVICE_UNKNOWN, name, detail).hint(Hint::Do(
            format!("make hemma.toml and the compose files agree on who is behind {name}"),
        ));
    };
    let declared = declared(name, seen, network);
    if !declared.is_empty() {
        let hint = Hint::Do(format!("correct the compose file's entry of {service}"));
        return Finding::fail(ids::READINESS_MISDECLARED, name, declared.join("; ")).hint(hint);
    }
    match &seen.running {
        None => Finding::pass(
            ids::READINESS_DECLARED,
            name,
            format!("declared by {service}; no container of it runs yet"),
        ),
        Some(running) => {
            let wrong = as_it_runs(name, &seen.declared.variables, running, network);
            if wrong.is_empty() {
                let detail = format!("declared by {service}, and {} has it", running.container);
                return match unseen(running) {
                    Some(why) => {
                        Finding::unseen(ids::READINESS_UNSEEN, name, format!("{detail}; {why}"))
                    }
                    None => Finding::pass(ids::READINESS_READY, name, detail),
                };
            }
            let hint = Hint::Do(format!("recreate the container of {service}"));
            Finding::fail(ids::READINESS_CONTAINER_DIFFERS, name, wrong.join("; ")).hint(hint)
        }
    }
}

/// The mistakes in the compose files.
fn declared(name: &str, service: &Service, network: &str) -> Vec<String> {
    let (variables, networks) = (&service.declared.variables, &service.declared.networks);
    let mut wrong = Vec::new();
    if !variables.routes(name) {
        wrong.push(format!("VIRTUAL_HOST of {} does not name it", service.name));
    }
    if !variables.certified().contains(name) {
        wrong.push(format!("LETSENCRYPT_HOST of {} does not name it", service.name));
    }
    for other in variables.certified().iter().filter(|it| !variables.routes(it)) {
        wrong.push(format!("LETSENCRYPT_HOST names {other}, which VIRTUAL_HOST does not route"));
    }
    match &variables.virtual_port {
        None => wrong.push(format!("VIRTUAL_PORT of {} is not set", service.name)),
        Some(text) if variables.port().is_none() => {
            wrong.push(format!("VIRTUAL_PORT `{}` is not a port", text.escape_debug()));
        }
        Some(_) => {}
    }
    if !networks.iter().any(|it| it == network) {
        wrong.push(format!("{} is not on the proxy's network {network}", service.name));
    }
    wrong
}

/// The differences between the container and the compose files, and obstacles for the proxy.
fn as_it_runs(name: &str, declared: &Variables, running: &Running, network: &str) -> Vec<String> {
    let container = &running.container;
    let mut wrong = Vec::new();
    let mut differs = |what: &str, same: bool| {
        if !same {
            wrong.push(format!("{container} was created with another {what}"));
        }
    };
    differs("VIRTUAL_HOST", declared.hosts() == running.variables.hosts());
    differs("VIRTUAL_PORT", declared.port() == running.variables.port());
    differs("LETSENCRYPT_HOST", declared.certified() == running.variables.certified());
    if !running.networks.iter().any(|it| it == network) {
        wrong.push(format!("{container} is not on the proxy's network {network}"));
    }
    if let (Some(port), Some(listening)) = (declared.port(), &running.listening)
        && !listening.contains(&port)
    {
        wrong.push(format!("nothing in {container} listens on port {port}"));
    }
    if running.routed.as_ref().is_some_and(|it| !it.iter().any(|it| wildcard_covers(it, name))) {
        wrong.push("the proxy's configuration has no virtual host for it".to_owned());
    }
    wrong
}

/// The look into the container that was not made.
fn unseen(running: &Running) -> Option<&'static str> {
    match (&running.listening, &running.routed) {
        (Some(_), Some(_)) => None,
        (Some(_), None) => Some("the proxy did not show whether its configuration has it"),
        (None, _) => Some("whether anything listens on its port could not be seen"),
    }
}

/// Names that a service makes public and that hemma.toml does not have.
fn unexpected(service: &Service, expected: &[Expected]) -> Vec<Finding> {
    let variables = &service.declared.variables;
    let all = variables.hosts().into_iter().chain(variables.certified()).collect::<BTreeSet<_>>();
    let strange =
        all.into_iter().filter(|it| !expected.iter().any(|known| wildcard_covers(it, &known.name)));
    let finding = |name: String| {
        let detail = format!("{} makes it public, and hemma.toml does not know it", service.name);
        Finding::fail(ids::READINESS_NAME_UNKNOWN, name, detail)
            .hint(Hint::Do("add it to [[public]], or remove it".to_owned()))
    };
    strange.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(host: &str, port: &str, certified: &str) -> Variables {
        let of = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Variables {
            virtual_host: of(host),
            virtual_port: of(port),
            letsencrypt_host: of(certified),
        }
    }

    fn service(variables: Variables) -> Service {
        let declared = Declared { variables, networks: vec!["hule-network".to_owned()] };
        Service { name: "api".to_owned(), declared, running: None }
    }

    fn running(variables: Variables, network: &str, listening: Option<Vec<u16>>) -> Service {
        let running = Running {
            container: "api_1".to_owned(),
            variables,
            networks: vec![network.to_owned()],
            listening,
            routed: Some(vec!["a.example".to_owned()]),
        };
        Service { running: Some(running), ..service(good()) }
    }

    fn routed(names: Option<Vec<String>>) -> Service {
        let mut service = running(good(), "hule-network", Some(vec![8080]));
        if let Some(running) = &mut service.running {
            running.routed = names;
        }
        service
    }

    fn good() -> Variables {
        variables("a.example", "8080", "a.example")
    }

    #[test]
    fn every_way_in_which_a_name_is_not_ready_is_told() {
        let rows = [
            (service(good()), "pass declared by api; no container of it runs yet"),
            (service(variables(" A.example ,", "8080", "a.example")), "pass"),
            (
                service(variables("", "8080", "a.example")),
                "FAIL VIRTUAL_HOST of api does not name it",
            ),
            (service(variables("a.example", "8080", "")), "FAIL LETSENCRYPT_HOST of api does not"),
            (
                service(variables("a.example", "", "a.example")),
                "FAIL VIRTUAL_PORT of api is not set",
            ),
            (
                service(variables("a.example", "http", "a.example")),
                "FAIL VIRTUAL_PORT `http` is no",
            ),
            (service(variables("*.example", "8080", "a.example")), "pass declared by api"),
            (
                service(variables("*.b.example", "8080", "a.example")),
                "FAIL VIRTUAL_HOST of api does not",
            ),
            (routed(Some(vec!["*.example".to_owned()])), "pass declared by api, and api_1"),
            (running(good(), "hule-network", Some(vec![8080])), "pass declared by api, and api_1"),
            (running(good(), "hule-network", None), "? declared by api, and api_1 has it; whether"),
            (routed(None), "? declared by api, and api_1 has it; the proxy did not show"),
            (routed(Some(Vec::new())), "FAIL the proxy's configuration has no virtual host"),
            (running(good(), "other", None), "FAIL api_1 is not on the proxy's network"),
            (
                running(good(), "hule-network", Some(vec![80])),
                "FAIL nothing in api_1 listens on port 8080",
            ),
            (
                running(variables("b.example", "8080", "a.example"), "hule-network", None),
                "FAIL api_1 was created with another VIRTUAL_HOST",
            ),
        ];
        let expected = [Expected { name: "a.example".to_owned(), service: "api".to_owned() }];
        for (service, words) in rows {
            let report = judge(&expected, &[service], "hule-network");
            let finding = &report.findings[0];
            let seen = format!("{} {}", finding.verdict.mark(), finding.detail);
            assert!(seen.starts_with(words), "{seen} instead of {words}");
        }
    }

    #[test]
    fn names_are_compared_both_ways() {
        let strange = service(variables("a.example,b.example", "8080", "a.example,b.example"));
        let expected = [
            Expected { name: "a.example".to_owned(), service: "api".to_owned() },
            Expected { name: "c.example".to_owned(), service: "ws".to_owned() },
            Expected { name: "b.example".to_owned(), service: "bff".to_owned() },
        ];
        let report = judge(&expected[..2], std::slice::from_ref(&strange), "hule-network");
        let words: Vec<&str> = report.findings.iter().map(|it| it.detail.as_str()).collect();
        assert_eq!(words[1], "the compose files have no service `ws`");
        assert_eq!(words[2], "api makes it public, and hemma.toml does not know it");
        let report = judge(&expected[2..], &[strange], "hule-network");
        assert_eq!(report.findings[0].detail, "`api` declares it, and not `bff`");
    }
}
