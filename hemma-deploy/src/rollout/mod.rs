//! Taking the application live: look at everything, judge, plan, apply, wait until it is healthy.
//!
//! Runbook: day 2, steps 5 and 6.

mod apply;
mod before;
mod blockers;
mod bring_up;
mod conflicts;
#[cfg(test)]
mod converges;
mod daily;
mod error;
mod expectations;
mod failed;
mod gate;
mod go_back;
mod in_force;
mod locked;
mod look;
mod neighbours;
mod planned;
mod prerequisites;
mod put_back;
mod record;
mod releases;
mod rollback;
mod scope;
#[cfg(test)]
mod shapes;
mod situation;
mod stages;
mod status;
mod take_back;
mod unmoved;
mod waves;

pub use apply::deploy;
pub use daily::{Asked, build_images, carry_out, plan_rebuild, plan_restart};
pub use error::Error;
pub use gate::{gate, gate_of};
pub use in_force::health_paths;
pub use locked::locked;
pub use look::{look, look_at};
pub use rollback::{plan_rollback, rollback};
pub use scope::{Scope, StageError};
pub use situation::Situation;
pub use status::{health, health_as_seen, status};
