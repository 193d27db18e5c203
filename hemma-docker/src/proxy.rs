//! The shared proxy stack: it must be there before anything of ours can be reached.
//!
//! Runbook: preconditions, and day 1, step 2.
//!
//! Invariant: nothing here changes the stack. Other applications share it.

use hemma_core::config::DatabaseContainer;
use hemma_core::{Finding, Hint, Host, World};

use crate::{Container, Containers, Health, Protocol, State};

/// Whether the reverse proxy, its ACME companion and the shared database run, and whether the
/// proxy has the web's two ports.
pub async fn verify(world: &World, host: &Host, database: &DatabaseContainer) -> Vec<Finding> {
    match world.ask(&Containers { host: host.clone() }).await {
        Ok(containers) => judge(host, database, &containers),
        Err(error) => {
            let finding = Finding::unknown("shared proxy stack", &error);
            vec![match error.hint() {
                Some(hint) => finding.hint(hint),
                None => finding,
            }]
        }
    }
}

/// The reverse proxy, if there is one.
pub fn web(containers: &[Container]) -> Option<&Container> {
    PROXY.find(containers)
}

/// The container that gets the certificates, if there is one.
pub fn companion(containers: &[Container]) -> Option<&Container> {
    COMPANION.find(containers)
}

/// A part of the stack, and how its container is told from others.
///
/// The stack's own compose file is in no repository, so its containers are known by their image
/// first; a name or a service can be given to anything.
struct Part<'p> {
    subject: &'static str,
    images: &'static [&'static str],
    name: &'p str,
}

const PROXY: Part<'_> = Part {
    subject: "reverse proxy",
    images: &["nginxproxy/nginx-proxy", "jwilder/nginx-proxy"],
    name: "nginx-proxy",
};

const COMPANION: Part<'_> = Part {
    subject: "ACME companion",
    images: &[
        "nginxproxy/acme-companion",
        "jrcs/letsencrypt-nginx-proxy-companion",
        "nginxproxy/docker-letsencrypt-nginx-proxy-companion",
    ],
    name: "acme-companion",
};

fn judge(host: &Host, database: &DatabaseContainer, containers: &[Container]) -> Vec<Finding> {
    // Every database runs an image of PostgreSQL, so only the name tells which one is shared.
    let database = Part { subject: "shared database", images: &[], name: database.as_str() };
    let mut findings = Vec::new();
    for part in [&PROXY, &COMPANION, &database] {
        let found = part.find(containers);
        findings.push(part.judge(host, found));
        if let Some(proxy) = found.filter(|it| part.name == PROXY.name && runs(it)) {
            findings.push(ports(host, proxy));
        }
    }
    findings
}

impl Part<'_> {
    /// By image, then by name, then by the service that Compose made it for. One that runs is
    /// taken before one that was left behind.
    fn find<'c>(&self, containers: &'c [Container]) -> Option<&'c Container> {
        let by_image = |it: &Container| self.images.iter().any(|image| is_image(&it.image, image));
        let by_name = |it: &Container| it.name.as_str() == self.name;
        let by_service =
            |it: &Container| it.compose.as_ref().is_some_and(|it| it.service == self.name);
        let first = |is: &dyn Fn(&Container) -> bool| {
            let mut found = containers.iter().filter(|it| is(it));
            found.clone().find(|it| runs(it)).or_else(|| found.next())
        };
        first(&by_image).or_else(|| first(&by_name)).or_else(|| first(&by_service))
    }

    fn judge(&self, host: &Host, found: Option<&Container>) -> Finding {
        let Some(container) = found else {
            let detail = format!("no container on {host} is one, by image or by name");
            let up = format!("ssh {host} 'cd ~/infrastructure && sudo docker compose up -d'");
            return Finding::fail(self.subject, detail).hint(Hint::Run(up));
        };
        let detail = format!("{}, {}", container.name, container.status);
        if runs(container) && container.health != Some(Health::Unhealthy) {
            return Finding::pass(self.subject, detail).evidence([container.image.as_str()]);
        }
        let logs = format!("ssh {host} sudo docker logs --tail 50 {}", container.name);
        Finding::fail(self.subject, detail).hint(Hint::Run(logs))
    }
}

/// `redis` is the image of `redis:7`, and `registry.example/redis` is another one.
fn is_image(image: &str, repository: &str) -> bool {
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    let rest = image.strip_prefix(repository);
    rest.is_some_and(|it| it.is_empty() || it.starts_with([':', '@']))
}

fn runs(container: &Container) -> bool {
    container.state == State::Running
}

/// 80 for the ACME challenge, 443 for everybody, both from outside.
fn ports(host: &Host, proxy: &Container) -> Finding {
    let open = |port: u16| {
        let mut bindings = proxy.ports.iter();
        bindings.any(|it| it.published == port && it.protocol == Protocol::Tcp && !it.is_local())
    };
    let closed: Vec<String> =
        [80, 443].into_iter().filter(|it| !open(*it)).map(|it| it.to_string()).collect();
    let bound = proxy.ports.iter().map(|it| format!("{}:{}->{}", it.ip, it.published, it.target));
    let subject = "ports 80 and 443";
    if closed.is_empty() {
        return Finding::pass(subject, format!("{} has them", proxy.name)).evidence(bound);
    }
    let detail = format!("{} does not publish {}", proxy.name, closed.join(" and "));
    let look = format!("ssh {host} sudo docker port {}", proxy.name);
    Finding::fail(subject, detail).evidence(bound).hint(Hint::Run(look))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn container(name: &str, image: &str, status: &str, ports: &[(&str, u16)]) -> Container {
        let state = if status.starts_with("Up") { "running" } else { "exited" };
        let port = |(ip, port): &(&str, u16)| json!({ "IP": ip, "PrivatePort": port, "PublicPort": port, "Type": "tcp" });
        let listed = json!({
            "Id": name, "Names": [format!("/{name}")], "Image": image, "State": state,
            "Status": status, "Ports": ports.iter().map(port).collect::<Vec<_>>(),
        });
        crate::container::read(serde_json::from_value(listed).expect("what the engine sends"))
            .expect("it has an id, a name and a state")
    }

    fn shown(database: &str, containers: &[Container]) -> Vec<String> {
        let host = "hemma".parse().expect("a plain word");
        let database = database.parse().expect("a name of a container");
        judge(&host, &database, containers)
            .iter()
            .map(|it| format!("{} {}: {}", it.verdict.mark(), it.subject, it.detail))
            .collect()
    }

    fn check(containers: &[Container], expected: &[&str]) {
        assert_eq!(shown("shared-postgres", containers), expected);
    }

    #[test]
    fn each_part_is_found_and_judged() {
        let web = [("0.0.0.0", 80), ("0.0.0.0", 443)];
        let healthy = [
            container("old", "nginxproxy/nginx-proxy:1.5", "Exited (0) 3 weeks ago", &[]),
            container("web", "nginxproxy/nginx-proxy:1.6", "Up 3 days", &web),
            container("acme-companion", "sha256:ab12", "Up 3 days", &[]),
            container("shared-postgres", "postgres:15", "Up 3 days (healthy)", &[]),
        ];
        check(
            &healthy,
            &[
                "pass reverse proxy: web, Up 3 days",
                "pass ports 80 and 443: web has them",
                "pass ACME companion: acme-companion, Up 3 days",
                "pass shared database: shared-postgres, Up 3 days (healthy)",
            ],
        );
        let local = [("127.0.0.1", 80), ("0.0.0.0", 443)];
        let bad = [
            container("nginx-proxy", "nginxproxy/nginx-proxy", "Up 3 days", &local),
            container(
                "acme",
                "jrcs/letsencrypt-nginx-proxy-companion:2",
                "Exited (1) 1 day ago",
                &[],
            ),
            container("some-postgres", "postgres:15", "Up 3 days", &[]),
        ];
        check(
            &bad,
            &[
                "pass reverse proxy: nginx-proxy, Up 3 days",
                "FAIL ports 80 and 443: nginx-proxy does not publish 80",
                "FAIL ACME companion: acme, Exited (1) 1 day ago",
                "FAIL shared database: no container on hemma is one, by image or by name",
            ],
        );
    }

    #[test]
    fn the_database_is_the_one_of_the_settings() {
        let there = [container("pg15", "postgres:15", "Up 3 days", &[])];
        let rows = [
            ("pg15", "pass shared database: pg15, Up 3 days"),
            (
                "shared-postgres",
                "FAIL shared database: no container on hemma is one, by image or by name",
            ),
        ];
        for (name, expected) in rows {
            assert_eq!(shown(name, &there).last().map(String::as_str), Some(expected), "{name}");
        }
    }

    #[test]
    fn an_image_is_known_by_its_whole_repository() {
        let rows = [
            ("nginxproxy/nginx-proxy:1.6", true),
            ("docker.io/nginxproxy/nginx-proxy@sha256:ab", true),
            ("nginxproxy/nginx-proxy", true),
            ("nginxproxy/nginx-proxy-tester:1", false),
            ("evil.example/nginxproxy/nginx-proxy:1.6", false),
        ];
        for (image, is) in rows {
            assert_eq!(is_image(image, "nginxproxy/nginx-proxy"), is, "{image}");
        }
    }
}
