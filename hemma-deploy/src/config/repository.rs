//! Where the code comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{BranchName, RemoteUrl};

/// Where the code comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RepositoryConfig {
    /// The git remote, as the host reaches it. Without it, the URL of `origin` in the repository on
    /// this machine; without that as well, only an existing checkout can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<RemoteUrl>,
    /// The branch that is live. Without it, the default branch of `origin`.
    pub branch: BranchName,
}
