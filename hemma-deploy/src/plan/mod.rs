//! The plan: the steps of a deploy in order, each with its reason. Pure: no look, no clock.

mod action;
mod agenda;
mod container;
mod differences;
#[cfg(test)]
pub(crate) mod engine;
mod image_inputs;
mod moved;
mod seen;
mod services;
mod step;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use action::{Action, ContainerAction, Sign, Statement};
pub use agenda::Agenda;
pub use image_inputs::ImageInputs;
pub use moved::moved;
pub(crate) use seen::{Base, Seen};
pub(crate) use services::{service_steps, to_compare};
pub use step::{Cause, Step};

/// The steps of a deploy, in the order in which they are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps, grouped by what carries them out.
    pub fn agenda(&self) -> Agenda {
        Agenda::of(&self.steps)
    }
}
