//! *Which roles and databases are there, and can they be restored?*
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # let world = hemma_core::World::replay(r#"
//! # [scene]
//! # typed = "day2 shared-db"
//! # origin = "hand"
//! # now = "2026-02-07T12:00:00Z"
//! # tool = "PostgreSQL 15.6"
//! # [[exchange]]
//! # kind = "database.look"
//! # answer = { version = 150006, read_only = false, may_create = true, databases = {}, login = "no_role" }
//! # [exchange.asked]
//! # server = { host = "hemma", container = "shared-postgres", administrator = "postgres" }
//! # checkout = "~/apps/shop"
//! # role = "shop"
//! # password_key = "SHOP_DB_PASSWORD"
//! # wanted = ["orders"]
//! # "#.parse()?);
//! use hemma_postgres::databases::{self, DatabaseSpec, Server};
//!
//! // let world = World::local();
//! let spec = DatabaseSpec {
//!     server: Server {
//!         host: "hemma".parse()?,
//!         container: "shared-postgres".parse()?,
//!         administrator: "postgres".parse()?,
//!     },
//!     checkout: "~/apps/shop".parse()?,
//!     role: "shop".parse()?,
//!     password_key: "SHOP_DB_PASSWORD".parse()?,
//!     databases: vec!["orders".parse()?],
//! };
//! let steps = databases::plan(&world, &spec).await?;
//! assert_eq!(steps[0].statement(&spec.role), r#"CREATE ROLE "shop" LOGIN;"#);
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! PostgreSQL runs in a container, and several applications share it. It is administered with
//! `psql` and `pg_dump` in that container, over its own socket: no password of the administrator
//! and no open port is needed.
//!
//! | module | what it does |
//! |---|---|
//! | [`databases`] | sees the role and the databases of an application, and makes what is missing |
//! | [`backup`] | dumps single databases, whole or not at all |
//!
//! # What it does not do
//!
//! It drops nothing, and takes a database only from a superuser. It never sends a password: Compose
//! reads the role's password on the host, from the `.env` beside the compose files. It runs no
//! migration and does not know the contents of the tables.

pub mod backup;
pub mod databases;
pub mod ids;
mod remedy;

pub use remedy::Remedy;
