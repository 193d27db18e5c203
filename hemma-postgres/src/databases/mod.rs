//! The databases of an application on a PostgreSQL server that several applications share.
//!
//! Runbook: day 2, step 4.
//!
//! Invariant: nothing here drops anything, and nothing takes a database from a role unless that
//! role is a superuser.

mod change;
mod ensure;
mod error;
mod look;
mod spec;
pub(crate) mod sql;
mod state;
mod steps;
mod verify;

pub use change::TakeStep;
pub use ensure::{Error, Outcome, ensure, look, missing, plan, take};
pub use error::{DatabaseError, NoPassword};
pub use look::LookDatabases;
pub(crate) use look::refused_by_sudo;
pub use spec::{DatabaseSpec, Server};
pub use state::{Database, Databases, Login, Role};
pub use steps::{Step, steps};
pub use verify::{findings, of_error, unmended, verify};
