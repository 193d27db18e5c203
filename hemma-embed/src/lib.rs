//! stub
pub mod archive;
pub mod cache;
mod chunk;
mod client;
mod essay;
mod health;
mod matrix;
mod meta;
mod model;
pub mod npy;
mod retry;
mod rows;
mod run;
mod server_url;
mod wire;
pub use chunk::Limits;
pub use client::{Client, Options};
pub use essay::{Essay, FeatureSet};
pub use health::{Device, ExtractHealth, Gpu, Health, Healthz, LookError, Torch};
pub use matrix::Matrix;
pub use meta::{
    EmbeddingMeta, FeatureSchema, Fingerprint, FingerprintError, LanguageToolMeta, Meta, Versions,
};
pub use model::Model;
pub use retry::Retry;
pub use rows::Rows;
pub use run::{Gathered, Origin, Part, Parts, RunError};
pub use server_url::{ServerUrl, ServerUrlError};
pub use wire::{Cause, Problem, ReplyError, RequestError};
