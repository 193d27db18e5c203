//! The compose project on the host: which files, what they resolve to, and bringing it up.
//!
//! `docker compose` stays a command line: it has no better interface, and its own reading of its
//! files is the only true one.

mod advice;
mod build;
mod build_log;
pub(crate) mod digest;
mod files;
mod hashes;
mod look;
mod masked;
pub(crate) mod model;
mod port;
mod refusal;
mod said;
pub(crate) mod spot;
mod up;

pub(crate) use advice::advice;
pub(crate) use build::DROP_RUNNING;
pub use build::{Build, BuildError};
pub use files::{ComposeFiles, Layers};
pub use look::{LookModel, ModelAnswer, ModelError};
pub use model::{BuildSpec, Healthcheck, Model, NamedVolume, Service};
pub use port::Port;
pub use refusal::Refusal;
pub use spot::Spot;
pub use up::{Up, UpError};
