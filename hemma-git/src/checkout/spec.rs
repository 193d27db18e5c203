//! What should be checked out, and where.

use hemma_core::config::{BranchName, CheckoutPath, RemoteUrl};
use hemma_core::{Config, Host};

/// What should be checked out on a host: a branch of a remote, in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSpec {
    /// The host.
    pub host: Host,
    /// The directory.
    pub checkout: CheckoutPath,
    /// The remote, as the host reaches it. Without it only an existing checkout can be used, whose
    /// `origin` is asked.
    pub remote: Option<RemoteUrl>,
    /// The branch.
    pub branch: BranchName,
}

impl From<&Config> for CheckoutSpec {
    fn from(config: &Config) -> Self {
        Self {
            host: config.host.alias.clone(),
            checkout: config.host.checkout.clone(),
            remote: config.repository.remote.clone(),
            branch: config.repository.branch.clone(),
        }
    }
}
