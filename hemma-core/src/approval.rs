//! Proof that the operator agreed.

/// The operator's answer to the plan that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Yes, at the prompt or by `--yes`.
    Given,
    /// No, or nobody was asked.
    Withheld,
}

/// A value that only [`World::approve`](crate::World::approve) makes, and only out of
/// [`Consent::Given`] in a world that is not merely planning. Whoever holds one may change things.
#[derive(Debug)]
pub struct Approval(());

impl Approval {
    pub(crate) fn granted() -> Self {
        Self(())
    }
}
