//! `[offload]`: the embedding server of an application that has one.

use hemma_core::names::{ContainerName, EnvKey, HostDirectory, ProfileName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The embedding server: the compose service behind the forward `embeddings`. With this table, the
/// sections `offload …` are commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OffloadConfig {
    /// Its image, without registry and tag.
    pub image: String,
    /// Where the model's files lie in its container.
    pub cache: HostDirectory,
    /// The profile of the compose files that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileName>,
    /// The container that a script of the application's own makes, which Compose's replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_container: Option<ContainerName>,
    /// The key in `.env` that says where the model's files lie on the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_key: Option<EnvKey>,
    /// The key in `.env` that states the grammar checker's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jar_version_key: Option<EnvKey>,
    /// The key in `.env` that pins the image that it is built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_image_key: Option<EnvKey>,
    /// The image that it is built from without that key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_image: Option<String>,
    /// The group of `pdm.lock` that its requirements are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_group: Option<String>,
    /// Names, or ends of names, of containers that take memory of the same graphics processor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sharers: Vec<String>,
}
