//! What should reach the public, and on which host.

use hemma_core::Host;
use hemma_core::names::{ContainerName, DomainName, NetworkName, Port, ProjectName, ServiceName};

/// What should reach the public of a host that several applications share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngressSpec {
    /// The host.
    pub host: Host,
    /// The application's compose project.
    pub project: ProjectName,
    /// The external network that the proxy and the application share, if they share one.
    pub network: Option<NetworkName>,
    /// The container of the shared database, which is to be on that network as well, if there is one.
    pub database: Option<ContainerName>,
    /// The names that the public reaches.
    pub public: Vec<PublicService>,
    /// Further ports of the host that may be open to everybody, beside those of the web and of ssh.
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
    /// Whether a port may be open to everybody.
    pub fn may_be_open(&self, port: u16) -> bool {
        self.open.iter().any(|it| *it == port)
    }
}

/// The one that the tests judge by.
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
