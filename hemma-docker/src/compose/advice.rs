//! Hints for the cases in which the engine refuses to start what Compose asked for.

use hemma_core::names::NetworkName;
use hemma_core::storage;
use hemma_core::{Hint, Host};

use crate::ContainerName;

/// The hint for the engine's message, if the message is a known one.
pub fn advice(host: &Host, said: &str) -> Option<Hint> {
    let line = left_endpoint(said).or_else(|| taken_port(said)).or_else(|| no_network_left(said));
    let hint = line.map(|it| Hint::on(host, it));
    hint.or_else(|| storage::hint(host, said))
}

/// A container that was removed while the engine was down can leave its endpoint in a network,
/// which keeps the next container of that name out.
fn left_endpoint(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("endpoint with name ")?;
    let (endpoint, rest) = rest.split_once(" already exists in network ")?;
    // Container names hold nothing special to a shell; an endpoint has its container's name.
    let endpoint: ContainerName = endpoint.parse().ok()?;
    let network: NetworkName = rest.split_whitespace().next()?.parse().ok()?;
    Some(format!("sudo docker network disconnect --force {network} {endpoint}"))
}

/// Another program took the port after the ports were looked at.
fn taken_port(said: &str) -> Option<String> {
    let is_taken =
        said.contains("port is already allocated") || said.contains("address already in use");
    is_taken.then(|| "sudo ss -ltnp; sudo docker ps".to_owned())
}

/// Each network takes a range of addresses, and there are about thirty of them.
fn no_network_left(said: &str) -> Option<String> {
    let is_full = said.contains("non-overlapping IPv4 address pool")
        || said.contains("predefined address pools have been fully subnetted");
    is_full.then(|| "sudo docker network ls --filter dangling=true".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_says_leads_to_the_next_command() {
        let host = "hemma".parse().expect("a host");
        let begin = "Error response from daemon: ";
        let rows = [
            (
                "endpoint with name huleedu_redis already exists in network hule-network",
                "ssh hemma 'sudo docker network disconnect --force hule-network huleedu_redis'",
            ),
            ("endpoint with name $(id) already exists in network hule-network", ""),
            ("endpoint with name huleedu_redis", ""),
            (
                "driver failed programming external connectivity on endpoint x: Bind for \
                 127.0.0.1:8085 failed: port is already allocated",
                "ssh hemma 'sudo ss -ltnp; sudo docker ps'",
            ),
            (
                "could not find an available, non-overlapping IPv4 address pool among the defaults",
                "ssh hemma 'sudo docker network ls --filter dangling=true'",
            ),
            (
                "write /x: no space left on device",
                "ssh hemma 'df -h; df -i; sudo docker system df'",
            ),
            ("no such image: x", ""),
        ];
        for (said, expected) in rows {
            let hint = advice(&host, &format!("{begin}{said}"));
            let line = match hint {
                Some(Hint::Run(line)) => line,
                other => format!("{other:?}").replace("None", ""),
            };
            assert_eq!(line, expected, "{said}");
        }
    }
}
