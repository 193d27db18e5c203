//! The proof that the operator agreed to a change.

/// The operator's answer to the plan that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Yes, at the prompt or by `--yes`.
    Given,
    /// The operator said no, or was not asked.
    Withheld,
}

/// The right to apply changes. Only [`World::approve`](crate::World::approve) makes one, and only
/// out of [`Consent::Given`] in a world that does more than plan.
#[derive(Debug)]
pub struct Approval(());

impl Approval {
    pub(crate) fn granted() -> Self {
        Self(())
    }
}
