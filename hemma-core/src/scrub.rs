//! Replaces private values before anything is saved, and keeps their shape.
//!
//! Secrets need no scrubbing: [`Secret`](crate::Secret) cannot be written at all. This is for
//! values that are not secret and still private, such as public addresses and the operator's own
//! name. Credentials in the output of other programs are hidden as well.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use crate::{Cassette, without_credentials};

impl Cassette {
    /// The scene without public addresses, credentials and the operator's home directory.
    #[must_use]
    pub(crate) fn scrubbed(mut self) -> Self {
        let mut scrubber =
            Scrubber::new(std::env::home_dir().and_then(|it| it.to_str().map(Into::into)));
        for exchange in &mut self.exchange {
            scrubber.value(&mut exchange.asked);
            exchange.answer.iter_mut().for_each(|it| scrubber.value(it));
            exchange.error.iter_mut().for_each(|it| scrubber.value(it));
            exchange.progress.iter_mut().for_each(|it| *it = scrubber.text(it));
        }
        self.scene.config = scrubber.text(&self.scene.config);
        self
    }
}

struct Scrubber {
    home: Option<String>,
    addresses: BTreeMap<Ipv4Addr, Ipv4Addr>,
}

impl Scrubber {
    fn new(home: Option<String>) -> Self {
        // `/` or an empty home would match everywhere.
        Self { home: home.filter(|it| it.len() > 2), addresses: BTreeMap::new() }
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|it| self.value(it)),
            Value::Object(map) => map.values_mut().for_each(|it| self.value(it)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str) -> String {
        let text = without_credentials(text);
        let text = match &self.home {
            Some(home) => without_home(&text, home),
            None => text,
        };
        self.without_public_addresses(&text)
    }

    fn without_public_addresses(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(|it: char| it.is_ascii_digit()) {
            let run = &rest[start..];
            let end = run.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(run.len());
            out.push_str(&rest[..start]);
            match run[..end].parse::<Ipv4Addr>() {
                Ok(address) if is_public(address) => {
                    out.push_str(&self.stand_in(address).to_string());
                }
                _ => out.push_str(&run[..end]),
            }
            rest = &run[end..];
        }
        out.push_str(rest);
        out
    }

    /// The replacement of an address: an address of a documentation block, and always the same one.
    fn stand_in(&mut self, address: Ipv4Addr) -> Ipv4Addr {
        let next = u8::try_from(self.addresses.len() % 250 + 1).unwrap_or(1);
        *self.addresses.entry(address).or_insert(Ipv4Addr::new(203, 0, 113, next))
    }
}

/// Replaces a home directory. `/root` is not the beginning of `/roots.pem`.
fn without_home(text: &str, home: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(home) {
        let goes_on = |it: char| it.is_alphanumeric() || it == '_' || it == '-';
        out.push_str(before);
        out.push_str(if after.starts_with(goes_on) { home } else { "/home/me" });
        rest = after;
    }
    out + rest
}

fn is_public(address: Ipv4Addr) -> bool {
    let carrier_nat = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_multicast()
        || carrier_nat
        // Version numbers such as 5.6.1.0 and 1.2.3.4 look like addresses; low ones are kept.
        || address.octets()[0] < 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_and_the_home_directory_are_replaced() {
        let mut scrubber = Scrubber::new(Some("/Users/olof".to_owned()));
        let rows = [
            ("from 93.184.216.34 to 93.184.216.34:443", "from 203.0.113.1 to 203.0.113.1:443"),
            (
                "0.0.0.0:80 127.0.0.1 172.17.0.2 203.0.113.9",
                "0.0.0.0:80 127.0.0.1 172.17.0.2 203.0.113.9",
            ),
            ("/Users/olof/.ssh/id and 20.10.24", "/home/me/.ssh/id and 20.10.24"),
            ("/Users/olof, /srv/Users/olofs.pem", "/home/me, /srv/Users/olofs.pem"),
            ("ends with 8.8.8.8", "ends with 203.0.113.2"),
            ("https://u:tok@h/x", "https://[hidden]@h/x"),
        ];
        for (before, after) in rows {
            assert_eq!(scrubber.text(before), after);
        }
    }
}
