//! The creation of the lab's containers.

use std::net::Ipv4Addr;

use super::containers::{Containers, NAME_SERVER, RESOLVER};
use super::docker::{LabError, done};
use super::instance::Instance;

/// The options that an engine in a container needs, best first; see `tests/lab/README.md`.
const WAYS: [&[&str]; 2] = [
    &["--privileged"],
    &[
        "--cap-add=ALL",
        "--cap-drop=SYS_RESOURCE",
        "--security-opt=seccomp=unconfined",
        "--security-opt=apparmor=unconfined",
        // From engine 28 on the host's engine writes below /proc/sys for each container.
        "--security-opt=systempaths=unconfined",
        "--device-cgroup-rule=a *:* rwm",
        "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw",
    ],
];

impl Containers<'_> {
    pub(super) async fn create(&self, name: &str) -> Result<(), LabError> {
        let Instance { name: network, git, internet, volume, label, .. } = self.instance;
        let image = self.image(name).tag()?;
        let hostname = match name {
            _ if name == git => "git",
            _ if name == internet => "internet",
            _ => "hemma",
        };
        let mut args = vec!["run", "--detach", "--name", name, "--hostname", hostname];
        args.extend(["--label", label, "--network", network]);
        args.extend(["--network-alias", hostname, "--tmpfs", "/run"]);
        let volume = format!("{volume}:/var/lib/docker");
        let published = if name == internet { dns_ports()? } else { Vec::new() };
        if name == git {
            args.extend([&image, "/lab/remote", "serve"]);
        } else if name == internet {
            args.extend(published.iter().flat_map(|it| ["--publish", it]));
            args.push(&image);
        } else {
            // Loopback only: the proxy stack behind 80 and 443 is like the real one, but not for
            // others.
            for port in ["127.0.0.1::22", "127.0.0.1::80", "127.0.0.1::443"] {
                args.extend(["--publish", port]);
            }
            args.extend(["--volume", &volume]);
            args.extend(self.way(&image).await?);
            args.push(&image);
        }
        self.run(&format!("create {name}"), args).await.map(drop)
    }

    async fn way(&self, image: &str) -> Result<&'static [&'static str], LabError> {
        let mut refused = None;
        for way in WAYS {
            let mut args = vec!["run", "--rm", "--label", &self.instance.label];
            args.extend(way);
            args.extend([image, "true"]);
            let doing = "start a container that may run an engine";
            let output = self.shell.ask(doing, self.docker.line(args)).await?;
            match done(doing, &output) {
                Ok(_) => return Ok(way),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or(LabError::NotUp))
    }
}

/// The ports of the resolver and the zone's servers. Docker would give UDP and TCP different ports.
fn dns_ports() -> Result<Vec<String>, LabError> {
    let free = || -> std::io::Result<u16> {
        let tcp = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = tcp.local_addr()?.port();
        std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).map(|_| port)
    };
    let mut published = Vec::new();
    for inside in [RESOLVER, NAME_SERVER] {
        let port = free().map_err(|source| LabError::Port { source })?;
        published.extend(["tcp", "udp"].map(|it| format!("127.0.0.1:{port}:{inside}/{it}")));
    }
    Ok(published)
}
