//! The names and ports of a host that should be public.

use hemma_core::Host;
use hemma_core::names::{ContainerName, DomainName, NetworkName, Port, ProjectName, ServiceName};

/// The public part of a host that several applications share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngressSpec {
    /// The host.
    pub host: Host,
    /// The application's compose project.
    pub project: ProjectName,
    /// The external network that the proxy and the application share, if there is one.
    pub network: Option<NetworkName>,
    /// The container of the shared database, which has to be on that network as well, if there is
    /// one.
    pub database: Option<ContainerName>,
    /// The public names.
    pub public: Vec<PublicService>,
    /// Further ports of the host that may be public, besides those of the web and of ssh.
    pub open: Vec<Port>,
}

/// A public name, and the compose service behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicService {
    /// The name.
    pub name: DomainName,
    /// The service.
    pub service: ServiceName,
}

impl IngressSpec {
    /// Whether a port may be public.
    pub fn may_be_open(&self, port: u16) -> bool {
        self.open.iter().any(|it| *it == port)
    }
}

/// A specification for tests.
#[cfg(test)]
pub(crate) fn sample() -> IngressSpec {
    let rows = [
        ("api.huleedu.hule.education", "api_gateway_service"),
        ("huleedu.hule.education", "bff_teacher_service"),
        ("ws.huleedu.hule.education", "websocket_service"),
    ];
    let public = rows.map(|(name, service)| PublicService {
        name: name.parse().expect("a name"),
        service: service.parse().expect("a service"),
    });
    IngressSpec {
        host: "hemma".parse().expect("a host"),
        project: "huleedu".parse().expect("a project"),
        network: Some("hule-network".parse().expect("a network")),
        database: Some("shared-postgres".parse().expect("a container")),
        public: public.to_vec(),
        open: Vec::new(),
    }
}
