//! A part of the stack: finds its container, and judges its state.

use hemma_core::{Finding, Hint, Host, quote};

use hemma_docker::{Container, Health, State};

use crate::ids;

/// A part of the stack, and the properties that identify its container.
///
/// The stack's own compose file is not known, so its containers are identified by their image
/// first; any container may have the name or the service.
pub(super) struct Part<'p> {
    pub(super) subject: &'static str,
    pub(super) images: &'static [&'static str],
    pub(super) name: &'p str,
    /// Whether it has to be on a network with the application's containers.
    pub(super) joins: bool,
}

pub(super) const PROXY: Part<'_> = Part {
    subject: "reverse proxy",
    images: &["nginxproxy/nginx-proxy", "jwilder/nginx-proxy"],
    name: "nginx-proxy",
    joins: true,
};

/// The companion works through the proxy's volumes, the engine's socket and the certificate
/// authority.
pub(super) const COMPANION: Part<'_> = Part {
    subject: "ACME companion",
    images: &[
        "nginxproxy/acme-companion",
        "jrcs/letsencrypt-nginx-proxy-companion",
        "nginxproxy/docker-letsencrypt-nginx-proxy-companion",
    ],
    name: "acme-companion",
    joins: false,
};

impl Part<'_> {
    /// Finds the container by image, then by name, then by its compose service. A running one is
    /// preferred to one that was left behind.
    pub(super) fn find<'c>(&self, containers: &'c [Container]) -> Option<&'c Container> {
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

    /// Judges the part. `network` is the external network, if it exists.
    pub(super) fn judge(
        &self,
        host: &Host,
        found: Option<&Container>,
        network: Option<&str>,
    ) -> Finding {
        let Some(container) = found else {
            let detail = format!("not found: no container on {host} has its image or its name");
            let up = Hint::on(host, "cd ~/infrastructure && sudo docker compose up -d");
            return Finding::fail(ids::SHARED_STACK_MISSING, self.subject, detail).hint(up);
        };
        let Container { name, status, image, .. } = container;
        let detail = format!("{name}, {status}");
        if !runs(container) || container.health == Some(Health::Unhealthy) {
            let logs = Hint::on(host, format_args!("sudo docker logs --tail 50 {name}"));
            return Finding::fail(ids::SHARED_STACK_DOWN, self.subject, detail).hint(logs);
        }
        let Some(network) = network else {
            return Finding::pass(ids::SHARED_STACK_UP, self.subject, detail).evidence([image]);
        };
        if container.networks.iter().any(|it| it == network) {
            return Finding::pass(
                ids::SHARED_STACK_UP,
                self.subject,
                format!("{detail}, on {network}"),
            )
            .evidence([image]);
        }
        if self.joins {
            let join = format!("sudo docker network connect {} {name}", quote(network));
            let detail = format!("{detail}, but not on {network}");
            return Finding::fail(ids::SHARED_STACK_OFF_NETWORK, self.subject, detail)
                .evidence([image])
                .hint(Hint::on(host, join));
        }
        let apart = format!("not on {network}, where it is not needed");
        Finding::pass(ids::SHARED_STACK_UP, self.subject, detail).evidence([image.as_str(), &apart])
    }
}

/// Whether an image is of a repository: `redis:7` is of `redis`, and `registry.example/redis` is
/// not.
fn is_image(image: &str, repository: &str) -> bool {
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    let rest = image.strip_prefix(repository);
    rest.is_some_and(|it| it.is_empty() || it.starts_with([':', '@']))
}

pub(super) fn runs(container: &Container) -> bool {
    container.state == State::Running
}

#[cfg(test)]
mod tests {
    use super::*;

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
