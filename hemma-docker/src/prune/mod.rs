//! What an engine has that nothing needs, and giving its space back.

mod change;
mod look;
mod usage;

pub use change::{Prune, Reclaimed, What};
pub use look::{LookUnused, Unnamed, Unused};
