//! Checks that the proxy has ports 80 and 443, and that no other program has them.

use hemma_core::{ExecError, Finding, Hint, Host};
use hemma_docker::{Container, Protocol};

use crate::ids;
use crate::listeners::Listener;

/// The ports: 80 for the ACME challenge, 443 for visitors, both from outside.
const WEB: [u16; 2] = [80, 443];

const SUBJECT: &str = "ports 80 and 443";

/// Judges the ports. `proxy` is the running one; without it, only obstacles to it are reported.
pub(super) fn judge(
    host: &Host,
    proxy: Option<&Container>,
    listeners: Option<&Result<Option<Vec<Listener>>, ExecError>>,
) -> Vec<Finding> {
    let (all, unseen) = match listeners {
        None => (&[][..], None),
        Some(Ok(Some(all))) => (&all[..], None),
        Some(Ok(None)) => (
            &[][..],
            Some(Finding::unseen(
                ids::WEB_PORTS_UNSEEN,
                SUBJECT,
                "the host has no `ss`, which lists the open ports",
            )),
        ),
        Some(Err(error)) => {
            (&[][..], Some(Finding::unknown(ids::WEB_PORTS_UNSEEN, SUBJECT, error)))
        }
    };
    let web: Vec<&Listener> = all.iter().filter(|it| WEB.contains(&it.port)).collect();
    let judged = match proxy {
        Some(proxy) => Some(published(host, proxy, &web)),
        None => {
            taken(&web).map(|it| Finding::fail(ids::WEB_PORTS_TAKEN, SUBJECT, it).hint(look(host)))
        }
    };
    judged.into_iter().chain(unseen).collect()
}

fn published(host: &Host, proxy: &Container, web: &[&Listener]) -> Finding {
    let open = |port: u16| {
        let mut bindings = proxy.ports.iter();
        bindings.any(|it| it.published == port && it.protocol == Protocol::Tcp && !it.is_local())
    };
    let closed: Vec<String> =
        WEB.into_iter().filter(|it| !open(*it)).map(|it| it.to_string()).collect();
    let bound = proxy.ports.iter().map(|it| format!("{}:{}->{}", it.ip, it.published, it.target));
    let evidence: Vec<String> = bound.chain(web.iter().map(|it| shown(it))).collect();
    let name = &proxy.name;
    let finding = match (closed.as_slice(), taken(web)) {
        ([], None) => {
            return Finding::pass(ids::WEB_PORTS_PUBLISHED, SUBJECT, format!("{name} has them"))
                .evidence(evidence);
        }
        ([], Some(taken)) => Finding::fail(ids::WEB_PORTS_TAKEN, SUBJECT, taken).hint(look(host)),
        (closed, taken) => {
            let detail = format!("{name} does not publish {}", closed.join(" and "));
            let detail = taken.map_or(detail.clone(), |it| format!("{detail}: {it}"));
            Finding::fail(ids::WEB_PORTS_NOT_PUBLISHED, SUBJECT, detail)
                .hint(Hint::on(host, format_args!("sudo docker port {name}")))
        }
    };
    finding.evidence(evidence)
}

/// The program that has one of the ports, if it is not the engine and others can reach it.
fn taken(web: &[&Listener]) -> Option<String> {
    let is_strange = |it: &Listener| it.is_of_engine() == Some(false);
    let stranger = web.iter().find(|it| !it.address.is_loopback() && is_strange(it))?;
    Some(format!("{}, and not the proxy", shown(stranger)))
}

fn shown(listener: &Listener) -> String {
    let program = listener.program.as_deref().unwrap_or("a program");
    format!("{program} listens on {}", std::net::SocketAddr::new(listener.address, listener.port))
}

fn look(host: &Host) -> Hint {
    Hint::on(host, r#"sudo ss -lntp | grep -E ":(80|443) ""#)
}
