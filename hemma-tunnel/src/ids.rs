//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// How a forward stands could not be looked at.
    FORWARD_UNSEEN = "forward.unseen", Unknown;
    /// A forward is connected.
    FORWARD_CONNECTED = "forward.connected", Pass;
    /// A forward is not connected yet, or again.
    FORWARD_CONNECTING = "forward.connecting", Unknown;
    /// The tunnel has given up reaching the host of a forward.
    FORWARD_NO_LINK = "forward.no-link", Unknown;
    /// The host is reached, and the service of a forward does not answer.
    FORWARD_SERVICE_SILENT = "forward.service-silent", Fail;
    /// The host refuses a forward.
    FORWARD_REFUSED = "forward.refused", Fail;
    /// Another program has the local port of a forward.
    FORWARD_PORT_HELD = "forward.port-held", Fail;
    /// A forward of this name runs, and leads elsewhere.
    FORWARD_ELSEWHERE = "forward.elsewhere", Fail;
    /// A forward is not running.
    FORWARD_NOT_RUNNING = "forward.not-running", Fail;
}
