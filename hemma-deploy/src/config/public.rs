//! `[[public]]`: the names that the public reaches.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{DomainName, ServiceName, UrlPath};

use super::StatusCode;

/// A name that the public reaches, and the service behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicName {
    /// The DNS name.
    pub name: DomainName,
    /// The compose service that answers.
    pub service: ServiceName,
    /// The path that is asked with GET. Without it, the path of the service's own health check in
    /// the compose files, or the front page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<UrlPath>,
    /// What its answer must be.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expect: Expectation,
}

/// The expected answer of a public name. Without any of these, a status code of 200 to 299 or a
/// redirect within the name is expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expectation {
    /// The status codes, each of which is right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<StatusCode>,
    /// Headers with their values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, String>,
    /// A text in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Fields of a JSON body with their values, by name or by a pointer (`/checks/database`). The
    /// field `service` proves which service answers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, String>,
}

fn is_default(value: &Expectation) -> bool {
    *value == Expectation::default()
}
