//! What a change of one application is made with.

use hemma_core::{Approval, Change, Progress, World};

use crate::Config;

/// The application that is changed, the world that it is in, and the consent that there is. One
/// value is carried through a deploy, a rollback or a prune.
#[derive(Clone, Copy)]
pub struct Operation<'o> {
    /// Where it happens.
    pub world: &'o World,
    /// The application and its host.
    pub config: &'o Config,
    /// The consent that was given to what was shown.
    pub approval: &'o Approval,
    /// Who is told how far it is.
    pub progress: &'o Progress,
}

impl Operation<'_> {
    /// Makes a change of it.
    pub async fn apply<C: Change>(&self, change: &C) -> Result<C::Receipt, C::Error> {
        self.world.apply(change, self.approval, self.progress).await
    }
}
