//! The compose project on the host: its files, what they resolve to, and bringing it up.
//!
//! `docker compose` is run as a command line: it has no better interface, and only Compose itself
//! resolves its files reliably.

mod advice;
mod build;
mod build_log;
mod build_spec;
mod digest;
pub mod dotenv;
mod files;
mod hashes;
mod http_check;
mod leftovers;
mod look;
mod look_here;
mod masked;
mod model;
pub mod outline;
mod parts;
mod port;
mod pull;
mod reading;
mod refusal;
mod said;
pub mod spot;
mod up;
mod variables_said;

pub use advice::advice;
pub use build::{Build, BuildError, DROP_RUNNING};
pub use build_spec::{BuildContext, BuildSpec, build_arguments};
pub(crate) use digest::Digests;
pub use files::ComposeFiles;
pub use http_check::HttpCheck;
pub use look::{LookModel, ModelAnswer, ModelError};
pub use look_here::{HereAnswer, HereError, LookHere};
pub use model::{Healthcheck, Model, NamedVolume, Service, ServiceKind};
pub use outline::Outline;
pub use parts::{ContainerParts, LookParts};
pub use port::Port;
pub use pull::{PullError, PullImages};
pub(crate) use reading::read as read_model;
pub use refusal::{Refusal, RefusalCause};
pub use spot::Spot;
pub use up::{Up, UpError};
