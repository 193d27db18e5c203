//! The operation: what every change of an application needs.

use hemma_core::{Approval, Change, Progress, World};

use crate::Config;

/// The application that is changed, its world, and the operator's consent. One value is carried
/// through a deploy, a rollback or a prune.
#[derive(Clone, Copy)]
pub struct Operation<'o> {
    /// The world that applies the changes.
    pub world: &'o World,
    /// The application and its host.
    pub config: &'o Config,
    /// The consent to the shown plan.
    pub approval: &'o Approval,
    /// The receiver of progress messages.
    pub progress: &'o Progress,
}

impl Operation<'_> {
    /// Applies a change with the operation's consent.
    pub async fn apply<C: Change>(&self, change: &C) -> Result<C::Receipt, C::Error> {
        self.world.apply(change, self.approval, self.progress).await
    }
}
