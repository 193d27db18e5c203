//! Which resolvers this machine is set up with.
//!
//! Only the file is read, on macOS as well: the system keeps the resolver of the main connection
//! in it, which is the one that knows public names.

use std::net::{IpAddr, SocketAddr};

use super::{DNS_PORT, Lookup, LookupError};

const FILE: &str = "/etc/resolv.conf";

/// The system's own library asks no more than three either.
const SERVERS_MAX: usize = 3;

pub(super) async fn servers(lookup: &Lookup) -> Result<Vec<SocketAddr>, LookupError> {
    let text = tokio::fs::read_to_string(FILE).await;
    let text = text.map_err(|it| LookupError::no_servers(lookup, &format!("{FILE}: {it}")))?;
    Ok(parse_servers(&text))
}

/// The `nameserver` lines. A scope (`fe80::1%en0`) cannot be given to a socket by name; such a
/// server is left out.
fn parse_servers(text: &str) -> Vec<SocketAddr> {
    let server = |line: &str| {
        let mut words = line.split_whitespace();
        let address = words.next().filter(|it| *it == "nameserver").and(words.next())?;
        Some(SocketAddr::new(address.parse::<IpAddr>().ok()?, DNS_PORT))
    };
    text.lines().filter_map(server).take(SERVERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_are_read_in_order() {
        let text = "# nameserver 192.0.2.9\nsearch lan\n nameserver\t192.0.2.1 # router\n\
                    nameserver fe80::1%en0\nnameserver 2001:db8::1\nnameserver\nnameserver x\n";
        let servers: Vec<String> = parse_servers(text).iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["192.0.2.1:53", "[2001:db8::1]:53"]);
    }
}
