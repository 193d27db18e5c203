//! Directories and addresses of the host.

use std::net::{IpAddr, Ipv4Addr};

/// The home directory and the addresses of the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostPlaces {
    /// The login user's home directory.
    pub home: Option<String>,
    /// The public addresses of its interfaces.
    pub addresses: Vec<IpAddr>,
}

/// Parses the lines about them.
pub(super) fn places(printed: &str) -> HostPlaces {
    let values = |key: &str| {
        let lines = printed.lines().filter_map(move |it| it.split_once('\t'));
        lines.filter(move |it| it.0 == key).map(|it| it.1).collect::<Vec<_>>()
    };
    let home = values("home").first().map(|it| (*it).to_owned()).filter(|it| it.starts_with('/'));
    let addresses = values("address").into_iter().filter_map(|it| it.parse().ok());
    HostPlaces { home, addresses: public_addresses(addresses) }
}

/// Those addresses that the whole Internet may reach.
pub fn public_addresses(all: impl IntoIterator<Item = IpAddr>) -> Vec<IpAddr> {
    let mut public: Vec<IpAddr> = all.into_iter().filter(|it| is_public(*it)).collect();
    public.sort();
    public.dedup();
    public
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => {
            let shared = it.octets()[0] == 100 && (it.octets()[1] & 0xc0) == 64;
            let other = it.is_private() || it.is_loopback() || it.is_link_local();
            !(shared || other || it.is_multicast() || it.is_broadcast())
                && it != Ipv4Addr::UNSPECIFIED
        }
        // The one block that is given to networks of the Internet.
        IpAddr::V6(it) => it.segments()[0] & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_private_network_is_not_public() {
        let rows = [
            ("203.0.113.7", true),
            ("2001:db8::1", true),
            ("10.1.2.3", false),
            ("100.100.1.1", false),
            ("192.168.1.1", false),
            ("127.0.0.1", false),
            ("169.254.1.1", false),
            ("fd00::1", false),
            ("fe80::1", false),
        ];
        for (address, public) in rows {
            let seen = public_addresses([address.parse().expect("an address")]);
            assert_eq!(seen.len() == 1, public, "{address}");
        }
    }
}
