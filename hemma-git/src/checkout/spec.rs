//! What should be checked out, and where.

use hemma_core::Host;
use hemma_core::names::{BranchName, CheckoutPath, RemoteUrl};

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
