//! Releases: a commit and the images that ran with it, kept so that there is a way back.
//!
//! Where an operator's overlay is used, a copy of it belongs to the release: it is as much a part of
//! what ran as the commit is.
//!
//! The images get names of their own, `hemma.keep/PROJECT/SERVICE:COMMIT`, so that neither a
//! rebuild nor a prune loses them. The last few releases are kept, and the one that is deployed.

mod keep;
mod look;
mod note;
mod restore;
mod withdraw;

use serde::{Deserialize, Serialize};

use crate::compose::Service;
use crate::container::Container;

pub use keep::{Keep, KeepError};
pub use look::{Releases, ReleasesError};
pub use note::{Note, NoteError};
pub use restore::{Restore, RestoreError, Restored};
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
    /// Whether the overlay that it ran with is not the one that is there now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overlay_differs: bool,
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
