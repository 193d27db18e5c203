//! *Take an application live on one host, and back.*
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # let world = hemma_core::World::replay(r#"
//! # [scene]
//! # typed = "lock show"
//! # origin = "hand"
//! # now = "2026-02-07T12:00:00Z"
//! # tool = "flock 2.40"
//! # [[exchange]]
//! # kind = "lock.look"
//! # asked = { host = "hemma", project = "shop" }
//! # answer = "free"
//! # "#.parse()?);
//! use hemma_deploy::lock::{LookLock, Standing};
//!
//! // let world = World::local();
//! let asked = LookLock { host: "hemma".parse()?, project: "shop".parse()? };
//! assert_eq!(world.ask(&asked).await?, Standing::Free);
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! A deploy is [`rollout::look`], which sees everything at once, a [`plan`](rollout::Situation::plan)
//! with reasons, and [`rollout::deploy`], which carries it out under the host's [`lock`], waits until
//! every service is healthy, and keeps a [`release`]. What does not become healthy is taken back.
//!
//! | module | what it is about |
//! |---|---|
//! | [`config`] | `hemma.toml`: one application on one host |
//! | [`init`] | the first `hemma.toml` of a repository, each value with its source; pure |
//! | [`rollout`] | the order of things: deploy, rollback, restart, rebuild, and how all of it stands |
//! | [`plan`] | what would be done, with reasons; pure |
//! | [`preflight`] | what makes a repository fail although each command is right |
//! | [`lock`] | one run at a time, its journal on the host, and what earlier runs did |
//! | [`release`] | what a rollback goes back to |
//! | [`env_file`], [`shared_db`] | what the services need before they start |
//! | [`prune`] | disk space, without what a rollback needs |
//!
//! # What it does not do
//!
//! It asks for no consent and prints nothing: a change takes an `Approval`, and what it says goes to
//! a `Progress`. It looks at no DNS and no certificate; whether an application has arrived at the
//! public is for its caller. It installs nothing on the host, and removes no volume.

pub mod config;
mod dockerfile;
pub mod env_file;
mod host_tools;
pub mod ids;
pub mod init;
mod layers;
pub mod lock;
mod operation;
pub mod plan;
pub mod preconditions;
pub mod preflight;
mod provenance;
pub mod prune;
mod reads;
pub mod release;
mod remedy;
pub mod rollout;
pub mod shared_db;
mod shared_proxy;
mod state_dir;

pub use config::Config;
pub use layers::{Layers, compose_files, every_compose_file};
pub use operation::Operation;
pub use remedy::Remedy;
