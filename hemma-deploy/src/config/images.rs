//! `[images]`: images that come from registries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Images that come from registries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImagesConfig {
    /// When an image is pulled.
    pub update: ImageUpdate,
}

/// When an image that no service builds is pulled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImageUpdate {
    /// Only where the host does not have it, as Compose does: a tag that names another image in
    /// its registry by now changes nothing.
    #[default]
    Missing,
    /// Also where its tag names another image in its registry by now. Each plan asks the
    /// registries.
    Always,
    /// Only what is pinned is run: an image that the compose files name by digest, or the one that the
    /// last release kept under its name. Where a tag names another image in its registry by now, the
    /// plan says so and leaves it alone; where an image is not pinned, the deploy stops. `deploy --pull`
    /// takes the images that the tags name then, and its release pins them.
    Pinned,
}
