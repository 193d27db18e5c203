//! The state directory: the operator's side of the lab (key, host key, ssh configuration, `hemma.toml`).

use std::fs;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::application;
use super::docker::LabError;
use super::instance::Instance;
use super::system::System;

/// The system of the lab.
pub(super) const SYSTEM: &str = "system";

/// The ssh configuration, which is there from the end of the first `lab up` on.
pub(super) const SSH_CONFIG: &str = "ssh_config";

/// The root of the lab's own certificate authority.
pub(super) const ROOTS: &str = "roots.pem";

/// The state directory, below the user's cache directory.
#[derive(Debug, Clone)]
pub(super) struct State(PathBuf);

impl State {
    pub(super) fn of(instance: &Instance) -> Self {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        // ssh's configuration and Docker both want absolute paths; so does the specification.
        let cache = cache.filter(|it| it.is_absolute());
        let cache = cache.or_else(|| std::env::home_dir().map(|it| it.join(".cache")));
        Self(cache.unwrap_or_else(std::env::temp_dir).join("hemma").join(&instance.name))
    }

    pub(super) fn dir(&self) -> &Path {
        &self.0
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Creates the directory for its owner alone: it holds a private key.
    pub(super) fn create(&self) -> Result<(), LabError> {
        let made = fs::create_dir_all(&self.0)
            .and_then(|()| fs::set_permissions(&self.0, fs::Permissions::from_mode(0o700)));
        made.map_err(|source| LabError::File { path: self.0.clone(), source })
    }

    /// The text of a file, trimmed; `None` if it is missing or empty.
    pub(super) fn read(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.path(name)).ok()?;
        Some(text.trim().to_owned()).filter(|it| !it.is_empty())
    }

    /// The system that the lab has; that of labs that do not say it is the first one there was.
    pub(super) fn system(&self) -> System {
        self.read(SYSTEM).and_then(|it| it.parse().ok()).unwrap_or_default()
    }

    /// Writes a file completely or not at all: a test may be reading the old one.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), LabError> {
        let path = self.path(name);
        let fresh = self.path(&format!(".{name}.{}", std::process::id()));
        let written = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, &path));
        written.map_err(|source| LabError::File { path, source })
    }

    /// An exclusive lock, held until the file is dropped. Waits for its holder.
    pub(super) async fn lock(&self, name: &str) -> Result<fs::File, LabError> {
        let path = self.path(name);
        let wait = path.clone();
        let locked = tokio::task::spawn_blocking(move || {
            let file = fs::File::create(wait)?;
            file.lock().map(|()| file)
        });
        let locked = locked.await.unwrap_or_else(|it| Err(std::io::Error::other(it)));
        locked.map_err(|source| LabError::File { path, source })
    }

    pub(super) fn remove(&self) -> Result<(), LabError> {
        match fs::remove_dir_all(&self.0) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(LabError::File { path: self.0.clone(), source });
            }
            _ => {}
        }
        if let Some(parent) = self.0.parent().filter(|it| it.ends_with("hemma")) {
            // The directory stays if anything else is in it.
            let _ = fs::remove_dir(parent);
        }
        Ok(())
    }

    /// The configuration that reaches the lab host on `port` as `hemma`.
    ///
    /// `HostKeyAlias` lets one line in `known_hosts` match every port, including those of links.
    pub(super) fn ssh_config(&self, port: u16) -> String {
        let (key, known) = (self.path("key"), self.path("known_hosts"));
        format!(
            "Host hemma\n  HostName 127.0.0.1\n  Port {port}\n  User operator\n  HostKeyAlias hemma-lab\n  \
             IdentityFile {}\n  IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile {}\n  \
             GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n  UpdateHostKeys no\n",
            ssh_path(&key),
            ssh_path(&known),
        )
    }
}

/// The addresses of the lab's public edge, on loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) http: u16,
    pub(super) https: u16,
    pub(super) resolver: u16,
    pub(super) name_server: u16,
}

/// The lab's `hemma.toml`: the application's values, with `ssh_config`, and the internet of the lab
/// instead of the real one.
pub(super) fn hemma_toml(ssh_config: &Path, edge: Edge) -> String {
    let mut config = application::settings("").expect("hemma's own example is one that it reads");
    config.host.ssh_config = Some(ssh_config.to_owned().into());
    config.repository.remote = Some("git://git/huleedu.git".parse().expect("it is a remote"));
    config.edge.resolvers = vec![(Ipv4Addr::LOCALHOST, edge.resolver).into()];
    config.edge.name_servers = vec![(Ipv4Addr::LOCALHOST, edge.name_server).into()];
    config.edge.roots = vec![ssh_config.with_file_name(ROOTS).into()];
    let port = |it: u16| it.try_into().expect("Docker gave it away, so it is not 0");
    (config.edge.http, config.edge.https) = (port(edge.http), port(edge.https));
    toml::to_string_pretty(&config).expect("the configuration holds plain values")
}

/// A path for ssh's configuration: in quotes, with `%` escaped.
fn ssh_path(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('%', "%%"))
}

#[cfg(test)]
mod tests {
    use hemma_deploy::Config;

    use super::*;

    #[test]
    fn an_ssh_config_survives_a_path_with_spaces_and_percents() {
        let config = State(PathBuf::from("/a b/100%")).ssh_config(2222);
        assert!(config.contains("IdentityFile \"/a b/100%%/key\"\n"), "{config}");
        assert!(config.contains("\n  Port 2222\n"), "{config}");
    }

    #[test]
    fn the_labs_hemma_toml_is_one_that_hemma_reads() {
        let edge = Edge { http: 8080, https: 8443, resolver: 5353, name_server: 5354 };
        let text = hemma_toml(Path::new("/lab/ssh_config"), edge);
        let config = Config::parse(&text, Path::new("hemma.toml")).expect("our own words");
        assert_eq!(config.host.ssh_config, Some(PathBuf::from("/lab/ssh_config").into()));
        assert_eq!(
            config.repository.remote.as_ref().map(hemma_core::names::RemoteUrl::address),
            Some("git://git/huleedu.git")
        );
        assert_eq!(config.edge.roots, [PathBuf::from("/lab/roots.pem").into()]);
        assert_eq!(config.edge.resolvers, ["127.0.0.1:5353".parse().expect("an address")]);
        let mut application = application::settings("").expect("it is right");
        application.host.ssh_config.clone_from(&config.host.ssh_config);
        application.repository.remote.clone_from(&config.repository.remote);
        application.edge.resolvers.clone_from(&config.edge.resolvers);
        application.edge.name_servers.clone_from(&config.edge.name_servers);
        application.edge.roots.clone_from(&config.edge.roots);
        (application.edge.http, application.edge.https) = (config.edge.http, config.edge.https);
        assert_eq!(config, application, "all else is the application's");
    }
}
