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
    /// The compose service behind it.
    pub service: ServiceName,
    /// What its health body calls itself in the field `service`. Without it, that is the name of the
    /// compose service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"\S"))]
    pub answers_as: Option<String>,
    /// The path that is asked with GET.
    #[serde(default)]
    pub health: UrlPath,
}

impl PublicName {
    /// What the health body of the service must call itself.
    pub fn answers_as(&self) -> &str {
        self.answers_as.as_deref().unwrap_or(self.service.as_str())
    }
}
