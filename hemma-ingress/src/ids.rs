//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// What the compose files publish could not be looked at.
    EXPOSURE_FILES_UNSEEN = "exposure.files-unseen", Unknown;
    /// The compose files publish ports on the host itself only.
    EXPOSURE_FILES_LOCAL = "exposure.files-local", Pass;
    /// The compose files publish a port to other machines.
    EXPOSURE_FILES_OPEN = "exposure.files-open", Fail;
    /// The compose files make a name public that the settings do not know.
    EXPOSURE_NAME_UNKNOWN = "exposure.name-unknown", Fail;
    /// What the engine publishes could not be looked at.
    EXPOSURE_ENGINE_UNSEEN = "exposure.engine-unseen", Unknown;
    /// The engine publishes nothing to other machines but the ports of the proxy.
    EXPOSURE_ENGINE_LOCAL = "exposure.engine-local", Pass;
    /// The engine publishes a port to other machines.
    EXPOSURE_ENGINE_OPEN = "exposure.engine-open", Fail;
    /// What listens on the host could not be looked at.
    EXPOSURE_HOST_UNSEEN = "exposure.host-unseen", Unknown;
    /// Besides sshd and the engine, nothing listens for others.
    EXPOSURE_HOST_CLOSED = "exposure.host-closed", Pass;
    /// A program listens for others and does not answer from here.
    EXPOSURE_HOST_FILTERED = "exposure.host-filtered", Pass;
    /// A program listens for others and answers from here.
    EXPOSURE_HOST_OPEN = "exposure.host-open", Fail;
    /// A program listens for others; whether it answers could not be tried.
    EXPOSURE_HOST_NOT_DIALED = "exposure.host-not-dialed", Unknown;
    /// A program listens for others, and was not tried from here.
    EXPOSURE_HOST_LISTENS = "exposure.host-listens", Fail;
    /// The public address of the host is not known, so no port was tried.
    EXPOSURE_OUTSIDE_NOT_TRIED = "exposure.outside-not-tried", Unknown;
    /// A port of the host answers from here.
    EXPOSURE_OUTSIDE_OPEN = "exposure.outside-open", Fail;
    /// A port of the host could not be tried from here.
    EXPOSURE_OUTSIDE_UNSEEN = "exposure.outside-unseen", Unknown;
    /// No other port of the host answers from here.
    EXPOSURE_OUTSIDE_CLOSED = "exposure.outside-closed", Pass;
    /// The containers of the shared stack could not be listed.
    SHARED_STACK_UNSEEN = "shared-stack.unseen", Fail | Unknown;
    /// A part of the shared stack has no container.
    SHARED_STACK_MISSING = "shared-stack.missing", Fail;
    /// A part of the shared stack does not run, or is unhealthy.
    SHARED_STACK_DOWN = "shared-stack.down", Fail;
    /// A part of the shared stack runs.
    SHARED_STACK_UP = "shared-stack.up", Pass;
    /// A part of the shared stack is not on the external network.
    SHARED_STACK_OFF_NETWORK = "shared-stack.off-network", Fail;
    /// What listens on ports 80 and 443 could not be looked at.
    WEB_PORTS_UNSEEN = "web-ports.unseen", Unknown;
    /// Another program has port 80 or 443.
    WEB_PORTS_TAKEN = "web-ports.taken", Fail;
    /// The proxy has ports 80 and 443.
    WEB_PORTS_PUBLISHED = "web-ports.published", Pass;
    /// The proxy does not publish port 80 or 443.
    WEB_PORTS_NOT_PUBLISHED = "web-ports.not-published", Fail;
    /// The configuration of the proxy could not be looked at.
    VIRTUAL_HOSTS_UNSEEN = "virtual-hosts.unseen", Unknown;
    /// The proxy has the names of the services that run.
    VIRTUAL_HOSTS_ROUTED = "virtual-hosts.routed", Pass;
    /// The proxy lacks a name, although its service runs.
    VIRTUAL_HOSTS_NOT_ROUTED = "virtual-hosts.not-routed", Fail;
    /// The proxy lacks a name, because the engine refuses its docker-gen.
    VIRTUAL_HOSTS_NOT_GENERATED = "virtual-hosts.not-generated", Fail;
}
