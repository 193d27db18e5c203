//! The checkout that should exist.

use hemma_core::Host;
use hemma_core::names::{BranchName, CheckoutPath, RemoteUrl};

/// The checkout that should exist on a host: a branch of a remote, in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSpec {
    /// The host.
    pub host: Host,
    /// The directory.
    pub checkout: CheckoutPath,
    /// The remote, in the form that the host uses. Without it only an existing checkout with its
    /// `origin` can be used.
    pub remote: Option<RemoteUrl>,
    /// The branch.
    pub branch: BranchName,
}
