//! The ids of the findings of hemma's own tools.

hemma_core::finding_ids! {
    /// A step of the checks could not be run.
    CI_COULD_NOT_RUN = "ci.could-not-run", Fail | Unknown;
    /// A step of the checks failed.
    CI_FAILED = "ci.failed", Fail;
    /// A step of the checks passed.
    CI_PASSED = "ci.passed", Pass;
    /// The number of crates that a light crate is compiled with could not be counted.
    WEIGHT_UNSEEN = "weight.unseen", Unknown;
    /// A light crate is compiled with more crates than it should be.
    WEIGHT_TOO_MUCH = "weight.too-much", Fail;
    /// A light crate is compiled with few crates.
    WEIGHT_FINE = "weight.fine", Pass;
    /// A recording reads back as what was recorded.
    RECORDING_READ = "recording.read", Pass;
    /// A recording reads back as something else.
    RECORDING_DIFFERS = "recording.differs", Fail;
    /// A recording does not read back.
    RECORDING_UNREADABLE = "recording.unreadable", Fail;
    /// A recording is as it would be written now.
    RECORDING_CURRENT = "recording.current", Pass;
    /// A recording was written in today's form.
    RECORDING_REWRITTEN = "recording.rewritten", Pass;
    /// A recording is old.
    RECORDING_STALE = "recording.stale", Fail;
    /// A recording is recent.
    RECORDING_FRESH = "recording.fresh", Pass;
    /// The age of a recording could not be read.
    RECORDING_AGE_UNSEEN = "recording.age-unseen", Unknown;
    /// The tables of a page are as they should be.
    TABLE_CURRENT = "table.current", Pass;
    /// A table of a page is out of date.
    TABLE_STALE = "table.stale", Fail;
    /// The tables of a page were written.
    TABLE_WRITTEN = "table.written", Pass;
    /// Nothing is left of the practice host.
    LAB_REMOVED = "lab.removed", Pass;
    /// The practice host is not up.
    LAB_NOT_UP = "lab.not-up", Fail;
    /// The practice host is as before the first deploy.
    LAB_RESET = "lab.reset", Pass;
    /// How the practice host is reached.
    LAB_SSH = "lab.ssh", Pass;
    /// The engine of the practice host runs.
    LAB_ENGINE_RUNNING = "lab.engine-running", Pass;
    /// The engine of the practice host does not answer.
    LAB_ENGINE_DOWN = "lab.engine-down", Fail;
    /// The versions of the practice host's tools.
    LAB_SYSTEM = "lab.system", Pass;
    /// The commit that the remote of the practice host has.
    LAB_REMOTE = "lab.remote", Pass;
    /// The `hemma.toml` of the practice host.
    LAB_SETTINGS = "lab.settings", Pass;
    /// The link to the practice host was closed.
    LAB_LINK_CLOSED = "lab.link-closed", Pass;
}
