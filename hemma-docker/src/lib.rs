//! *What runs on an engine, and is it healthy?*
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # let world = hemma_core::World::replay(r#"
//! # [scene]
//! # typed = "day2 external-network"
//! # origin = "hand"
//! # now = "2026-02-07T12:00:00Z"
//! # tool = "docker 27.5.1"
//! # [[exchange]]
//! # kind = "docker.networks"
//! # asked = { host = "hemma" }
//! # answer = [{ id = "0cf9b9551ff8", name = "proxy", driver = "bridge", created = "" }]
//! # "#.parse()?);
//! // let world = World::local();
//! let (host, network) = ("hemma".parse()?, "proxy".parse()?);
//! let seen = hemma_docker::network::verify(&world, &host, &network).await;
//! assert_eq!((seen.verdict.mark(), seen.detail.as_str()), ("pass", "bridge, 0cf9b9551ff8"));
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # How it looks
//!
//! The engine is asked through its API and not through its command line: a list that was read in
//! whole can say "it is not there", an exit code of `docker inspect` cannot. The API is reached
//! through `sudo -n docker system dial-stdio` on the ssh connection that everything else uses, so
//! the operator's user does not have to be in the `docker` group and nothing is installed.
//! [`EngineError`] tells the ways apart in which that fails; none of them means "not there".
//!
//! | question | answer |
//! |---|---|
//! | [`Version`] | which engine, which API |
//! | [`Containers`], [`Inspect`], [`Logs`] | what runs, how it ended, what it said |
//! | [`LookParts`] | in what it differs from the compose files |
//! | [`Networks`], [`Images`], [`Volumes`] | what there is |
//!
//! | change | does |
//! |---|---|
//! | [`NetworkCreate`], by [`network::ensure`] | makes a network unless it is there |
//! | [`compose::Build`], [`compose::Up`] | builds images, brings services up |
//! | [`Restart`] | stops a container and starts it again, as it is |
//! | [`Discard`] | removes a container that was made and never ran |
//! | [`InContainer`] | runs a command of the operator's own in a container |
//! | [`prune::Prune`] | removes images without a name and the build cache |
//!
//! [`health::gate`] waits until a project is up and stays up. `docker compose` has no better
//! interface than its command line: [`compose`] runs it, and [`compose::dotenv`] reads `.env` as it
//! does.
//!
//! # What it does not do
//!
//! It plans no deploy, holds no lock, and knows neither git nor hemma's own settings: what is wanted
//! is given to it. It keeps no environment of a container beyond the three public names that the
//! reverse proxy reads, and digests that compare within a run. It removes no network, no volume and
//! no image that has a name. It follows no log: what it reads has an end.

pub mod compose;
mod container;
mod engine;
pub mod get;
pub mod health;
pub mod ids;
pub mod image;
pub mod local_port;
mod logs;
pub mod network;
pub mod prune;
pub mod registry;
mod remedy;
#[doc(hidden)]
pub mod testing;
mod volume;

pub use compose::{ContainerParts, LookParts};
pub use container::{
    Binding, ComposeLabels, Container, ContainerDetail, Containers, Discard, Discarded, Health,
    HealthLog, InContainer, Inspect, MountedVolume, Origin, OriginError, Origins, Probe, Protocol,
    ProxyNames, Restart, Restarted, State,
};
pub use engine::{EngineError, Version, VersionAnswer};
pub use hemma_core::names::ContainerName;
pub use image::{Image, Images};
pub use logs::{LogLine, Logs, Stream};
pub use network::{Network, NetworkCreate, NetworkCreated, Networks};
pub use remedy::Remedy;
pub use volume::{Volume, Volumes};
