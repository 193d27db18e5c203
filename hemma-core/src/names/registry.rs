//! A registry of images, and a user there.

use super::{Reason, name, not_empty, printable};

name!(
    /// A registry of images: its host, with a port where it needs one; `docker.io` for Docker Hub.
    RegistryName, "a registry", registry, "^(https://)?[A-Za-z0-9\\[]", keep plain
);
name!(
    /// A user of a registry.
    RegistryUser, "a user of a registry", user, "^[^:]+$", refuse hidden
);

/// The longest name of a host, its port included.
const BYTES_MAX: usize = 260;

/// The names that Docker has for Docker Hub.
const HUB: [&str; 3] = ["index.docker.io", "registry-1.docker.io", "hub.docker.com"];

impl RegistryName {
    /// The name of the registry of images whose name has no registry in it.
    pub const DOCKER_HUB: &str = "docker.io";

    /// Whether it is Docker Hub.
    pub fn is_docker_hub(&self) -> bool {
        self.0 == Self::DOCKER_HUB
    }

    /// Whether `key` is this registry in a configuration of Docker, which may have a scheme and a path
    /// around the host.
    pub fn is_called(&self, key: &str) -> bool {
        self.0 == plain(key)
    }
}

/// The host and the port alone: `ghcr.io` for `https://ghcr.io/v2/`.
fn plain(text: &str) -> String {
    let text = ["https://", "http://"].iter().find_map(|it| text.strip_prefix(it)).unwrap_or(text);
    let host = text.split('/').next().unwrap_or_default().to_ascii_lowercase();
    if HUB.contains(&host.as_str()) { RegistryName::DOCKER_HUB.to_owned() } else { host }
}

fn registry(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    if text.len() > BYTES_MAX {
        return Err("it is longer than the name of a host can be".into());
    }
    let text = text.strip_prefix("https://").unwrap_or(text);
    let (host, path) = text.split_once('/').unwrap_or((text, ""));
    if !["", "v1", "v1/", "v2", "v2/"].contains(&path) {
        return Err(format!("name the registry alone, without a path: `{host}`").into());
    }
    let (name, port) = match host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        Some((address, rest)) => {
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("what is in brackets is not an IPv6 address".into());
            }
            ("", rest.strip_prefix(':').or_else(|| rest.is_empty().then_some("")))
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port).filter(|it| !it.is_empty())),
            None => (host, Some("")),
        },
    };
    let is_port = |it: &str| it.is_empty() || it.parse::<u16>().is_ok_and(|it| it > 0);
    if !port.is_some_and(is_port) {
        return Err("what follows the host is not a port".into());
    }
    let taken = |it: char| it.is_ascii_alphanumeric() || ".-_".contains(it);
    if !name.chars().all(taken)
        || name.starts_with(['-', '.'])
        || (name.is_empty() && !host.starts_with('['))
    {
        return Err("only the letters a to z, digits and . - are allowed in a host".into());
    }
    if !host.contains(['.', ':']) && host != "localhost" {
        return Err(format!(
            "in the name of an image, a word without a dot and without a port is an account of Docker \
             Hub; write the host with its port, as in `{host}:5000`"
        )
        .into());
    }
    Ok(())
}

fn user(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    printable(text)?;
    if text.contains(':') {
        return Err("it must not hold `:`, which separates it from the password".into());
    }
    if text.len() > BYTES_MAX {
        return Err(format!("it is longer than {BYTES_MAX} characters").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_a_host_however_docker_writes_it() {
        for (text, name) in [
            ("ghcr.io", Some("ghcr.io")),
            ("GHCR.io", Some("ghcr.io")),
            ("https://ghcr.io", Some("ghcr.io")),
            ("https://ghcr.io/v2/", Some("ghcr.io")),
            ("docker.io", Some("docker.io")),
            ("https://index.docker.io/v1/", Some("docker.io")),
            ("localhost", Some("localhost")),
            ("localhost:5000", Some("localhost:5000")),
            ("registry:5000", Some("registry:5000")),
            ("127.0.0.1:5000", Some("127.0.0.1:5000")),
            ("[::1]:5000", Some("[::1]:5000")),
            ("[::1]", Some("[::1]")),
            ("registry", None),
            ("ghcr.io/team/app", None),
            ("ghcr.io:", None),
            ("ghcr.io:port", None),
            ("ghcr.io:0", None),
            ("[::1]x", None),
            ("[x]:5000", None),
            ("-x.io", None),
            (":5000", None),
            ("a b.io", None),
            ("a.io\n", None),
            ("", None),
        ] {
            let read = text.parse::<RegistryName>().ok();
            assert_eq!(read.as_deref(), name, "{text}");
        }
        let hub: RegistryName = "docker.io".parse().expect("a registry");
        assert!(hub.is_docker_hub() && hub.is_called("https://index.docker.io/v1/"));
        assert!(!hub.is_called("ghcr.io"));
    }

    #[test]
    fn a_user_is_any_word_that_is_not_a_password_as_well() {
        for good in
            ["robot$deploy", "gitlab+deploy-token-1", "_json_key", "a@b.example", "AWS", "-x"]
        {
            assert!(good.parse::<RegistryUser>().is_ok(), "{good:?} was refused");
        }
        for bad in ["", " ", "user:hunter2", "a\nb"] {
            let said = bad.parse::<RegistryUser>().expect_err("it was taken").to_string();
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
