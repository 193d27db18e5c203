//! Whether a service is reachable on a port of the host, and only from the host itself.
//!
//! Runbook: day 3, steps 1 and 2.

use hemma_core::names::ProjectName;
use hemma_core::{Finding, Host, World};

use crate::ids;
use crate::{Binding, Container, Containers, Remedy, State};

/// Whether the running container of `service` publishes `port` on loopback only. The compose files
/// are not asked: the container may have been started without them.
pub async fn verify(
    world: &World,
    host: &Host,
    (project, service): (&ProjectName, &str),
    port: u16,
) -> Finding {
    let subject = format!("service {service}");
    match world.ask(&Containers { host: host.clone() }).await {
        Ok(containers) => {
            let own = |it: &&Container| it.is_of(project.as_str(), service);
            judge((subject, service), containers.iter().find(own), port)
        }
        Err(error) => Finding::of_error(ids::LOCAL_PORT_UNSEEN, subject, &error),
    }
}

fn judge((subject, service): (String, &str), container: Option<&Container>, port: u16) -> Finding {
    let publish = Remedy::PublishOnLoopback { service: service.to_owned(), port };
    let Some(container) = container else {
        return Finding::fail(ids::LOCAL_PORT_NO_CONTAINER, subject, "it has no container")
            .remedy(publish);
    };
    let status = &container.status;
    if container.state != State::Running {
        return Finding::fail(
            ids::LOCAL_PORT_NOT_RUNNING,
            subject,
            format!("it is not running: {status}"),
        )
        .remedy(publish);
    }
    let own = || container.ports.iter().filter(|it| it.published == port);
    if let Some(Binding { ip, .. }) = own().find(|it| !it.is_local()) {
        let detail = format!("other machines reach it on {ip}:{port}");
        return Finding::fail(ids::LOCAL_PORT_OPEN, subject, detail).remedy(publish);
    }
    let Some(it) = own().next() else {
        let detail = format!("it runs, but 127.0.0.1:{port} on the host does not lead to it");
        let why = "it was started without the research files";
        return Finding::fail(ids::LOCAL_PORT_NOT_PUBLISHED, subject, detail)
            .evidence([why])
            .remedy(publish);
    };
    Finding::pass(ids::LOCAL_PORT_PUBLISHED, subject, format!("on {}:{port} only, {status}", it.ip))
}

#[cfg(test)]
mod tests {
    use hemma_core::Verdict;

    use super::*;
    use crate::Protocol;

    #[test]
    fn only_loopback_is_well() {
        let rows: [(&str, &[&str], Verdict); 6] = [
            ("Up 5 minutes (healthy)", &["127.0.0.1"], Verdict::Pass),
            ("Up 5 minutes (healthy)", &["127.0.0.1", "::1"], Verdict::Pass),
            ("Up 5 minutes (healthy)", &["127.0.0.1", "0.0.0.0"], Verdict::Fail),
            ("Up 5 minutes (healthy)", &["::"], Verdict::Fail),
            ("Up 5 minutes (healthy)", &[], Verdict::Fail),
            ("Exited (1) 5 minutes ago", &["127.0.0.1"], Verdict::Fail),
        ];
        for (status, addresses, expected) in rows {
            let mut container = crate::health::tests::seen("tool", status);
            container.ports = addresses
                .iter()
                .map(|ip| Binding {
                    ip: ip.parse().expect("an address"),
                    published: 8085,
                    target: 8085,
                    protocol: Protocol::Tcp,
                })
                .collect();
            let finding = judge((String::new(), "tool"), Some(&container), 8085);
            assert_eq!(finding.verdict, expected, "{status}, {addresses:?}: {}", finding.detail);
            assert_eq!(
                judge((String::new(), "tool"), Some(&container), 8086).verdict,
                Verdict::Fail
            );
        }
        assert_eq!(judge((String::new(), "tool"), None, 8085).verdict, Verdict::Fail);
    }
}
