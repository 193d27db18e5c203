//! `[[public]]`: the names that the public reaches.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{DomainName, ServiceName, UrlPath};

/// A name that the public reaches, and the service behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicName {
    /// The DNS name.
    pub name: DomainName,
    /// The compose service that answers, which is also what its health body calls itself.
    pub service: ServiceName,
    /// The path that is asked with GET.
    #[serde(default)]
    pub health: UrlPath,
}
