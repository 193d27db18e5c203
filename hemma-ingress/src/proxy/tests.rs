use std::net::IpAddr;

use serde_json::json;

use super::*;
use crate::spec::sample;

fn container(name: &str, image: &str, status: &str, ports: &[(&str, u16)]) -> Container {
    let state = if status.starts_with("Up") { "running" } else { "exited" };
    let port = |(ip, port): &(&str, u16)| json!({ "IP": ip, "PrivatePort": port, "PublicPort": port, "Type": "tcp" });
    let service = name.strip_prefix("huleedu_").unwrap_or(name);
    let listed = json!({
        "Id": name, "Names": [format!("/{name}")], "Image": image, "State": state,
        "Status": status, "Ports": ports.iter().map(port).collect::<Vec<_>>(),
        "Labels": {"com.docker.compose.project": "huleedu", "com.docker.compose.service": service},
        "NetworkSettings": {"Networks": {"hule-network": {}}},
    });
    hemma_docker::testing::listed(listed)
}

fn apart(container: Container) -> Container {
    Container { networks: vec!["bridge".to_owned()], ..container }
}

fn seen(containers: &[Container]) -> Seen {
    Seen { containers: containers.to_vec(), network: true, listeners: None }
}

fn words(findings: &[Finding]) -> Vec<String> {
    let word = |it: &Finding| format!("{} {}: {}", it.verdict.mark(), it.subject, it.detail);
    findings.iter().map(word).collect()
}

fn shown(seen: &Seen) -> Vec<String> {
    words(&judge(&sample(), seen))
}

const WEB: [(&str, u16); 2] = [("0.0.0.0", 80), ("0.0.0.0", 443)];

fn proxy() -> Container {
    container("web", "nginxproxy/nginx-proxy:1.6", "Up 3 days", &WEB)
}

#[test]
fn each_part_is_found_and_judged() {
    let healthy = [
        container("old", "nginxproxy/nginx-proxy:1.5", "Exited (0) 3 weeks ago", &[]),
        proxy(),
        container("acme-companion", "sha256:ab12", "Up 3 days", &[]),
        container("shared-postgres", "postgres:15", "Up 3 days (healthy)", &[]),
    ];
    let all = [
        "pass reverse proxy: web, Up 3 days, on hule-network",
        "pass ports 80 and 443: web has them",
        "pass ACME companion: acme-companion, Up 3 days, on hule-network",
        "pass shared database: shared-postgres, Up 3 days (healthy), on hule-network",
    ];
    assert_eq!(shown(&seen(&healthy)), all);
    let local = [("127.0.0.1", 80), ("0.0.0.0", 443)];
    let acme = "jrcs/letsencrypt-nginx-proxy-companion:2";
    let bad = [
        container("nginx-proxy", "nginxproxy/nginx-proxy", "Up 3 days (unhealthy)", &local),
        container("acme", acme, "Exited (1) 1 day ago", &[]),
        container("some-postgres", "postgres:15", "Up 3 days", &[]),
    ];
    let all = [
        "FAIL reverse proxy: nginx-proxy, Up 3 days (unhealthy)",
        "FAIL ports 80 and 443: nginx-proxy does not publish 80",
        "FAIL ACME companion: acme, Exited (1) 1 day ago",
        "FAIL shared database: not found: no container on hemma has its image or its name",
    ];
    assert_eq!(shown(&seen(&bad)), all);
}

#[test]
fn the_parts_that_the_application_talks_to_are_on_its_network() {
    let stack = [
        apart(proxy()),
        apart(container("acme-companion", "sha256:ab12", "Up 3 days", &[])),
        apart(container("shared-postgres", "postgres:15", "Up 3 days", &[])),
    ];
    let mut seen = seen(&stack);
    let all = [
        "FAIL reverse proxy: web, Up 3 days, but not on hule-network",
        "pass ports 80 and 443: web has them",
        "pass ACME companion: acme-companion, Up 3 days",
        "FAIL shared database: shared-postgres, Up 3 days, but not on hule-network",
    ];
    assert_eq!(shown(&seen), all);
    // A missing network is a finding of its own.
    seen.network = false;
    assert!(shown(&seen).iter().all(|it| it.starts_with("pass ")), "{:?}", shown(&seen));
}

#[test]
fn the_database_is_the_one_of_the_settings() {
    let there = seen(&[container("pg15", "postgres:15", "Up 3 days", &[])]);
    let absent = "FAIL shared database: not found: no container on hemma has its image or its name";
    let rows =
        [("pg15", "pass shared database: pg15, Up 3 days, on hule-network"), ("other", absent)];
    for (name, expected) in rows {
        let mut spec = sample();
        spec.database = Some(name.parse().expect("a name of a container"));
        let judged = words(&judge(&spec, &there));
        assert_eq!(judged.last().map(String::as_str), Some(expected), "{name}");
    }
}

fn listener(address: &str, port: u16, program: Option<&str>) -> Listener {
    let address: IpAddr = address.parse().expect("an address");
    Listener { address, port, program: program.map(ToOwned::to_owned) }
}

#[test]
fn whoever_else_listens_on_the_webs_ports_is_named() {
    let engine = || listener("0.0.0.0", 80, Some("docker-proxy (pid 5)"));
    let apache = || listener("::", 80, Some("apache2 (pid 7)"));
    let local = || listener("127.0.0.1", 80, Some("apache2 (pid 7)"));
    let half = container("web", "nginxproxy/nginx-proxy:1.6", "Up 3 days", &WEB[1..]);
    let gone = container("web", "nginxproxy/nginx-proxy:1.6", "Exited (128) 1 day ago", &[]);
    let rows = [
        (proxy(), vec![engine(), local()], Some("pass web has them")),
        // An engine may have no program of its own on the port.
        (proxy(), Vec::new(), Some("pass web has them")),
        (proxy(), vec![listener("0.0.0.0", 80, None)], Some("pass web has them")),
        (
            proxy(),
            vec![engine(), apache()],
            Some("FAIL apache2 (pid 7) listens on [::]:80, and not the proxy"),
        ),
        (half.clone(), Vec::new(), Some("FAIL web does not publish 80")),
        (
            half,
            vec![apache()],
            Some(
                "FAIL web does not publish 80: apache2 (pid 7) listens on [::]:80, and not the proxy",
            ),
        ),
        (
            gone.clone(),
            vec![apache()],
            Some("FAIL apache2 (pid 7) listens on [::]:80, and not the proxy"),
        ),
        (gone, vec![local(), listener("0.0.0.0", 8080, Some("node (pid 9)"))], None),
    ];
    for (proxy, listeners, expected) in rows {
        let seen = Seen { listeners: Some(Ok(Some(listeners))), ..seen(&[proxy]) };
        let judged = judge(&sample(), &seen);
        let ports = judged.iter().find(|it| it.subject == "ports 80 and 443");
        let words = ports.map(|it| format!("{} {}", it.verdict.mark(), it.detail));
        assert_eq!(words.as_deref(), expected);
    }
    let seen = Seen { listeners: Some(Ok(None)), ..seen(&[proxy()]) };
    assert_eq!(
        shown(&seen)[2],
        "? ports 80 and 443: the host has no `ss`, which lists the open \
         ports"
    );
}

#[test]
fn a_name_is_missed_where_its_service_runs() {
    let names =
        ["api.huleedu.hule.education", "huleedu.hule.education", "ws.huleedu.hule.education"];
    let gateway = container("huleedu_api_gateway_service", "a", "Up 1 hour", &[]);
    let stopped = container("huleedu_api_gateway_service", "a", "Exited (0) 1 hour ago", &[]);
    let (all, none): (Vec<String>, _) = (names.map(ToOwned::to_owned).into(), Vec::new());
    let absent = "FAIL virtual hosts: web has none for api.huleedu.hule.education, although \
                  api_gateway_service runs";
    let rows = [
        (&gateway, Some(all.clone()), "pass virtual hosts: web has 3 of 3 names"),
        (&gateway, Some(all[1..].to_vec()), absent),
        (&stopped, Some(all[1..].to_vec()), "pass virtual hosts: web has 2 of 3 names"),
        (&stopped, Some(none), "pass virtual hosts: web has 0 of 3 names"),
        (&gateway, None, "? virtual hosts: web did not show its configuration"),
    ];
    for (service, routed, expected) in rows {
        let containers = [service.clone()];
        let judged = virtual_hosts::judge(&sample(), &proxy(), &containers, &Ok(routed));
        assert_eq!(words(&judged), [expected]);
    }
}

/// The answer of a proxy whose docker-gen the engine refuses, since it was updated.
const REFUSED: &str = "2025/11/12 10:00:00 Error listing containers: API error (400): {\"message\":\"client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version\"}";
const GENERATED: &str =
    "2025/11/12 10:00:00 Generated '/etc/nginx/conf.d/default.conf' from 3 containers";

async fn explained(log: &[&str], routed: &[&str]) -> Vec<String> {
    let lines = log.iter().map(|it| format!("{{ stream = \"stderr\", text = {it:?} }}"));
    let lines: Vec<String> = lines.collect();
    let cassette = format!(
        "[scene]\ntyped = \"x\"\norigin = \"hand\"\nnow = \"2026-02-07T12:00:00Z\"\ntool = \"x\"\n\
         [[exchange]]\nkind = \"docker.logs\"\n\
         asked = {{ host = \"hemma\", container = \"web\", tail = 200 }}\n\
         answer = [{}]\n",
        lines.join(", ")
    );
    let world = World::replay(cassette.parse().expect("a cassette"));
    let gateway = [container("huleedu_api_gateway_service", "a", "Up 1 hour", &[])];
    let routed = Ok(Some(routed.iter().map(|it| (*it).to_owned()).collect()));
    let judged = virtual_hosts::judge(&sample(), &proxy(), &gateway, &routed);
    words(&virtual_hosts::explained(&world, &sample(), &proxy(), judged).await)
}

#[tokio::test]
async fn a_configuration_that_is_not_generated_any_more_is_no_pass() {
    let refused = "FAIL virtual hosts: web does not learn of new containers: the Docker engine \
                   refuses its docker-gen, whose version of the API is too old";
    let absent = "FAIL virtual hosts: web has none for api.huleedu.hule.education, although \
                  api_gateway_service runs";
    let rows: [(&[&str], &[&str], &str); 5] = [
        (&[GENERATED, REFUSED], &[], refused),
        (&[GENERATED, REFUSED, "nginx.1 | \"GET / HTTP/1.1\" 503"], &["x.example"], refused),
        // It is over once a configuration was generated.
        (&[REFUSED, GENERATED], &[], absent),
        (&[], &[], absent),
        (&[REFUSED], &["api.huleedu.hule.education"], "pass virtual hosts: web has 1 of 3 names"),
    ];
    for (log, routed, expected) in rows {
        assert_eq!(explained(log, routed).await, [expected], "{log:?}");
    }
}
