//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// The checkout could not be looked at.
    CHECKOUT_UNSEEN = "checkout.unseen", Unknown;
    /// There is no checkout.
    CHECKOUT_MISSING = "checkout.missing", Fail;
    /// The directory of the checkout is no repository yet.
    CHECKOUT_NO_REPOSITORY = "checkout.no-repository", Fail;
    /// git refuses the repository of the checkout.
    CHECKOUT_UNUSABLE = "checkout.unusable", Fail;
    /// Other files are where the checkout should be.
    CHECKOUT_DIRECTORY_TAKEN = "checkout.directory-taken", Fail;
    /// The place of the checkout is free for a clone.
    CHECKOUT_FREE = "checkout.free", Pass;
    /// The tracked files of the checkout are as its commit has them.
    CHECKOUT_CLEAN = "checkout.clean", Pass;
    /// Tracked files of the checkout differ from its commit.
    CHECKOUT_CHANGED = "checkout.changed", Fail;
    /// A merge, rebase or the like is not finished in the checkout.
    CHECKOUT_UNFINISHED = "checkout.unfinished", Fail;
    /// git cannot move the checkout forward.
    CHECKOUT_PULL_REFUSED = "checkout.pull-refused", Fail;
    /// An incoming commit would overwrite files that git does not track.
    CHECKOUT_PULL_OVERWRITES = "checkout.pull-overwrites", Fail;
    /// No remote is named to clone from.
    REMOTE_NOT_NAMED = "remote.not-named", Fail;
    /// The remote has no branch yet.
    REMOTE_EMPTY = "remote.empty", Fail;
    /// The remote does not have the branch.
    REMOTE_BRANCH_MISSING = "remote.branch-missing", Fail;
    /// The host could not read the branch of the remote.
    REMOTE_UNSEEN = "remote.unseen", Unknown;
    /// The checkout has no remote `origin`.
    REMOTE_MISSING = "remote.missing", Fail;
    /// The `origin` of the checkout is another remote.
    REMOTE_ANOTHER = "remote.another", Fail;
    /// The `origin` of the checkout has a credential in its address.
    REMOTE_WITH_CREDENTIAL = "remote.with-credential", Pass;
    /// The checkout is on another branch, or on none.
    BRANCH_ANOTHER = "branch.another", Fail;
    /// The history of the checkout is too short to compare it with the remote.
    BRANCH_SHALLOW = "branch.shallow", Unknown;
    /// The checkout has commits that the remote lacks.
    BRANCH_DIVERGED = "branch.diverged", Fail;
}
