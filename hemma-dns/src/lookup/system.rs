//! Which resolvers this machine is set up with, as hickory-resolver reads them: `/etc/resolv.conf`,
//! and on macOS the settings of the main connection, which knows public names.
//!
//! Of the settings only the addresses count. Search domains are for short names, which a
//! [`DnsName`](crate::DnsName) never is, and the time limit is the question's own.

use std::net::{IpAddr, SocketAddr};

use hickory_resolver::config::ResolverConfig;
use hickory_resolver::system_conf::read_system_conf;

use super::{DNS_PORT, Lookup, LookupError};

#[cfg(target_vendor = "apple")]
const SETTINGS: &str = "the network settings";
#[cfg(not(target_vendor = "apple"))]
const SETTINGS: &str = "/etc/resolv.conf";

/// The system's own library asks no more than three either.
const SERVERS_MAX: usize = 3;

pub(super) async fn servers(lookup: &Lookup) -> Result<Vec<SocketAddr>, LookupError> {
    let read = tokio::task::spawn_blocking(read_system_conf).await;
    let read = read.expect("reading the settings does not panic");
    let (config, _) = read.map_err(|it| {
        let said = it.to_string();
        let said = said.strip_prefix("io error: ").unwrap_or(&said);
        LookupError::no_servers(lookup, &format!("{SETTINGS}: {said}"))
    })?;
    Ok(reachable(&config))
}

/// The first servers, in their order. The scope of a link-local address (`fe80::1%en0`) is not
/// kept, and nobody can be reached there without it, so such a server is left out.
fn reachable(config: &ResolverConfig) -> Vec<SocketAddr> {
    let addresses = config.name_servers().iter().map(|it| it.ip);
    let servers = addresses.filter(|it| !is_link_local(*it));
    servers.map(|it| SocketAddr::new(it, DNS_PORT)).take(SERVERS_MAX).collect()
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(it) if it.is_unicast_link_local())
}

#[cfg(all(test, not(target_vendor = "apple")))]
mod tests {
    use hickory_resolver::system_conf::parse_resolv_conf;

    use super::*;

    #[test]
    fn the_servers_are_read_in_order() {
        let rows: [(&str, &[&str]); 4] = [
            (
                "# nameserver 192.0.2.9\nsearch lan\n nameserver\t192.0.2.1 # router\n\
                 nameserver fe80::1%en0\nnameserver 2001:db8::1\nnameserver\nnameserver x\n",
                &["192.0.2.1:53", "[2001:db8::1]:53"],
            ),
            (
                "options edns0 trust-ad timeout:1 no-such-option\nsearch -- lan\nno such line\n\
                 nameserver 127.0.0.53\n",
                &["127.0.0.53:53"],
            ),
            ("nameserver 192.0.2.1\r\nnameserver 192.0.2.2\r\n", &["192.0.2.1:53", "192.0.2.2:53"]),
            (
                "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n\
                 nameserver 192.0.2.4\n",
                &["192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"],
            ),
        ];
        for (text, expected) in rows {
            let (config, _) = parse_resolv_conf(text).expect("it names one");
            let servers: Vec<String> = reachable(&config).iter().map(ToString::to_string).collect();
            assert_eq!(servers, expected, "{text}");
        }
    }

    #[test]
    fn a_file_that_names_none_is_said_to() {
        for text in ["", "search lan\n", "nameserver x\n"] {
            let error = parse_resolv_conf(text).expect_err("it names none");
            assert!(error.to_string().ends_with("no nameservers found in config"), "{error}");
        }
    }
}
