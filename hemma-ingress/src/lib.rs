//! *What reaches the public, and through which proxy?*
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # let world = hemma_core::World::replay(r#"
//! # [scene]
//! # typed = "preconditions"
//! # origin = "hand"
//! # now = "2026-02-07T12:00:00Z"
//! # tool = "docker 27.5.1"
//! # [[exchange]]
//! # kind = "docker.containers"
//! # asked = { host = "hemma" }
//! # answer = []
//! # [[exchange]]
//! # kind = "docker.networks"
//! # asked = { host = "hemma" }
//! # answer = []
//! # "#.parse()?);
//! use hemma_ingress::{IngressSpec, PublicService, proxy};
//!
//! // let world = World::local();
//! let spec = IngressSpec {
//!     host: "hemma".parse()?,
//!     project: "shop".parse()?,
//!     network: Some("web".parse()?),
//!     database: Some("shared-postgres".parse()?),
//!     public: vec![PublicService { name: "shop.example".parse()?, service: "front".parse()? }],
//!     open: Vec::new(),
//! };
//! let findings = proxy::verify(&world, &spec).await;
//! assert_eq!(findings[0].subject, "reverse proxy");
//! assert_eq!(findings[0].detail, "not found: no container on hemma has its image or its name");
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! | module | what it looks at |
//! |---|---|
//! | [`proxy`] | the shared stack: nginx-proxy, acme-companion and the database, and who has ports 80 and 443 |
//! | [`exposure`] | four views of what is open to other machines: compose files, engine, host, and from here |
//! | [`reach`] | which names the proxy routes, and on which ports its targets listen |
//! | [`listeners`] | which program listens on which port of the host |
//!
//! # What it does not do
//!
//! It changes nothing: other applications share the proxy, and an open port may belong to another
//! person. It checks no DNS and no certificate; it opens connections to the host and sends nothing
//! on them. It reads the configuration of nginx-proxy and of no other proxy.

pub mod exposure;
pub mod ids;
pub mod listeners;
pub mod proxy;
pub mod reach;
mod remedy;
mod spec;

pub use remedy::Remedy;
pub use spec::{IngressSpec, PublicService};
