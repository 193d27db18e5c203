//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// The `.env` file does not exist.
    ENV_MISSING = "env.missing", Fail;
    /// The `.env` file cannot be read as text.
    ENV_UNREADABLE = "env.unreadable", Fail;
    /// The `.env` was written to while it was read.
    ENV_CHANGING = "env.changing", Unknown;
    /// Compose refuses the compose files.
    COMPOSE_FILES_REFUSED = "compose.files-refused", Fail;
    /// A service is healthy, or has ended with exit code 0 where it should.
    SERVICE_AS_EXPECTED = "service.as-expected", Pass;
    /// A service without a health check runs.
    SERVICE_RUNNING = "service.running", Pass;
    /// A service has not come to its expected state yet.
    SERVICE_STARTING = "service.starting", Unknown;
    /// A service does not come to its expected state.
    SERVICE_FAILED = "service.failed", Fail;
    /// A service has no container.
    SERVICE_WITHOUT_CONTAINER = "service.without-container", Fail;
    /// How the services stand could not be looked at.
    SERVICE_UNSEEN = "service.unseen", Fail | Unknown;
    /// Whether a service is on its local port could not be looked at.
    LOCAL_PORT_UNSEEN = "local-port.unseen", Fail | Unknown;
    /// The service that a local port should lead to has no container.
    LOCAL_PORT_NO_CONTAINER = "local-port.no-container", Fail;
    /// The service that a local port should lead to does not run.
    LOCAL_PORT_NOT_RUNNING = "local-port.not-running", Fail;
    /// Other machines reach the local port of a service.
    LOCAL_PORT_OPEN = "local-port.open", Fail;
    /// A service runs, and its local port does not lead to it.
    LOCAL_PORT_NOT_PUBLISHED = "local-port.not-published", Fail;
    /// A service is on its local port, and on loopback only.
    LOCAL_PORT_PUBLISHED = "local-port.published", Pass;
    /// The networks of the engine could not be listed.
    NETWORK_UNSEEN = "network.unseen", Fail | Unknown;
    /// The external network is missing.
    NETWORK_MISSING = "network.missing", Fail;
    /// The external network is there.
    NETWORK_PRESENT = "network.present", Pass;
    /// Several networks have the name of the external one.
    NETWORK_AMBIGUOUS = "network.ambiguous", Fail;
    /// The engine's command line has a login for a registry.
    REGISTRY_LOGGED_IN = "registry.logged-in", Pass;
    /// The engine's command line has no login for a registry.
    REGISTRY_LOGGED_OUT = "registry.logged-out", Pass;
    /// The logins of the engine's command line could not be looked at.
    REGISTRY_LOGINS_UNSEEN = "registry.logins-unseen", Fail | Unknown;
}
