//! Releases: a commit and the images that ran with it, kept so that there is a way back.
//!
//! The images get names of their own, `hemma.keep/PROJECT/SERVICE:COMMIT`, so that neither a
//! rebuild nor a prune loses them. The last few releases are kept, and the one that is deployed.

mod keep;
mod look;
mod restore;
mod withdraw;

use serde::{Deserialize, Serialize};

use crate::compose::Service;
use crate::container::Container;

pub use keep::{Keep, KeepError};
pub use look::{Releases, ReleasesError};
pub use restore::{Restore, RestoreError};
pub use withdraw::{Withdraw, WithdrawError};

/// A commit with the images that ran with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The commit.
    pub commit: String,
    /// When it passed its gate.
    pub at: jiff::Timestamp,
    /// The images of its services.
    pub images: Vec<KeptImage>,
}

/// The image of a service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeptImage {
    /// The service.
    pub service: String,
    /// What its compose file calls the image.
    pub name: String,
    /// The engine's id for it.
    pub id: String,
}

impl KeptImage {
    /// The image that `container`, which is one of the service's, runs.
    pub(crate) fn of(name: &str, service: &Service, container: &Container) -> Self {
        let id = container.image_id.clone();
        Self { service: name.to_owned(), name: service.image.clone(), id }
    }
}

/// Releases that are kept.
const KEPT: usize = 5;
