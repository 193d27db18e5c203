//! Unused data of an engine, and freeing its space.

mod change;
mod look;
mod usage;

pub use change::{Prune, Reclaimed, What};
pub use look::{LookUnused, Unnamed, Unused};
