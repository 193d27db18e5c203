//! The resolvers that this machine uses, as hickory-resolver reads them: from `/etc/resolv.conf`,
//! and on macOS from the settings of the main connection, which resolves public names. Without the
//! feature `system` they come from that file on every system.
//!
//! Only the addresses are used. Search domains are for short names, which a
//! [`DnsName`](crate::DnsName) never is, and the time limit belongs to the question.

use std::net::{IpAddr, SocketAddr};

use super::{DNS_PORT, Lookup, LookupError};

const FILE: &str = "/etc/resolv.conf";

/// The maximum number of servers. The C library asks no more than three, either.
const SERVERS_MAX: usize = 3;

pub(super) async fn servers(lookup: &Lookup) -> Result<Vec<SocketAddr>, LookupError> {
    let read = tokio::task::spawn_blocking(read).await.expect("reading settings does not panic");
    read.map_err(|reason| LookupError::no_servers(lookup, &reason))
}

fn read() -> Result<Vec<SocketAddr>, String> {
    let refused = match settings() {
        Ok(addresses) => return Ok(reachable(addresses.into_iter())),
        Err(reason) => reason,
    };
    let servers = reachable(named_in(&std::fs::read_to_string(FILE).unwrap_or_default()));
    if servers.is_empty() {
        return Err(if cfg!(all(feature = "system", target_vendor = "apple")) {
            format!("the network settings: {refused}")
        } else {
            format!("{FILE}: {refused}")
        });
    }
    Ok(servers)
}

#[cfg(feature = "system")]
fn settings() -> Result<Vec<IpAddr>, String> {
    match hickory_resolver::system_conf::read_system_conf() {
        Ok((config, _)) => Ok(config.name_servers().iter().map(|it| it.ip).collect()),
        Err(error) => {
            let reason = error.to_string();
            Err(reason.strip_prefix("io error: ").unwrap_or(&reason).to_owned())
        }
    }
}

#[cfg(not(feature = "system"))]
fn settings() -> Result<Vec<IpAddr>, String> {
    let text = std::fs::read_to_string(FILE).map_err(|it| it.to_string())?;
    let addresses: Vec<_> = named_in(&text).collect();
    if addresses.is_empty() { Err("it names no server".to_owned()) } else { Ok(addresses) }
}

/// The addresses of a file that the library refuses as a whole: because of an invalid search
/// domain, and on macOS because of a resolver with a scope, as many routers announce one.
fn named_in(text: &str) -> impl Iterator<Item = IpAddr> + '_ {
    text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next().filter(|it| *it == "nameserver").and(words.next())?.parse().ok()
    })
}

/// The first servers, in their order. The scope of a link-local address (`fe80::1%en0`) is lost,
/// and without it such a server cannot be reached, so it is left out.
fn reachable(addresses: impl Iterator<Item = IpAddr>) -> Vec<SocketAddr> {
    let servers = addresses.filter(|it| !is_link_local(*it));
    servers.map(|it| SocketAddr::new(it, DNS_PORT)).take(SERVERS_MAX).collect()
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(it) if it.is_unicast_link_local())
}

#[cfg(all(test, feature = "system", not(target_vendor = "apple")))]
mod tests {
    use hickory_resolver::system_conf::parse_resolv_conf;

    use super::super::PublicResolver;
    use super::*;

    fn in_words(servers: &[SocketAddr]) -> Vec<String> {
        servers.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_public_resolvers_are_where_the_library_has_them() {
        use hickory_resolver::config::{CLOUDFLARE, GOOGLE, QUAD9};

        let ours = PublicResolver::ALL.map(|it| it.address().ip());
        assert_eq!(ours, [CLOUDFLARE, GOOGLE, QUAD9].map(|it| it.ips[0]));
    }

    #[test]
    fn a_search_domain_that_is_no_name_hides_no_server() {
        let text = format!("search {}\nnameserver 192.0.2.1\n", "a".repeat(64));
        parse_resolv_conf(&text).expect_err("the library refuses all of it");
        assert_eq!(in_words(&reachable(named_in(&text))), ["192.0.2.1:53"]);
    }

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
            let ips = config.name_servers().iter().map(|it| it.ip);
            assert_eq!(in_words(&reachable(ips)), expected, "{text}");
            assert_eq!(in_words(&reachable(named_in(text))), expected, "{text}");
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
