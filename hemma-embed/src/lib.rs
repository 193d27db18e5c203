//! *What vectors, features and mistakes do the research services see in these texts?*
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use hemma_embed::{Client, Options, cache::Cache};
//!
//! let options = Options { cache: Some(Cache::at(".cache")), ..Options::default() };
//! let client = Client::new("http://127.0.0.1:19000".parse()?, options);
//! let rows = client.embed(["Hello world.", "Hej världen."]).gather().await?.whole()?;
//! let (texts, values) = rows.embeddings.expect("they were asked for").shape(); // 2, 768
//! # Ok(()) }
//! ```
//!
//! [`Client::embed`] and [`Client::extract`] take any number of texts and split them into requests
//! that the offload server accepts. If one request fails, the others go on, and finished results
//! are in the [`cache`], which is the Python client's own. A second run only requests what is
//! missing.
//!
//! An answer is checked (shape, type, order, finite values, model, server) and read into its final
//! place as it arrives; see [`npy`].
//!
//! [`readiness::verify`] and [`language_tool::verify`] ask the services through a
//! [`World`](hemma_core::World). Requests for many vectors do not, because they are too large for a
//! cassette; they have an API of their own.
//!
//! # What it does not do
//!
//! It opens no tunnel and speaks no TLS: it takes a URL on this machine. It follows no redirect,
//! since none of the services sends one. It does not read `.npy` files in general, only those that
//! the services and the Python client write. It computes no fingerprint, but compares those that it
//! receives. It never retries with a silent server, which is most likely still computing.

pub mod archive;
pub mod cache;
mod chunk;
mod client;
mod essay;
mod finding;
mod health;
pub mod ids;
pub mod language_tool;
mod matrix;
mod meta;
mod model;
pub mod npy;
mod operator_error;
mod outage;
pub mod readiness;
mod remedy;
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
pub use outage::Outage;
pub use remedy::Remedy;
pub use retry::Retry;
pub use rows::Rows;
pub use run::{Gathered, Origin, Part, Parts, RunError};
pub use server_url::{ServerUrl, ServerUrlError};
pub use wire::{Cause, Problem, ReplyError, RequestError};
