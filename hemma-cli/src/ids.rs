//! The ids of findings: this crate's, and those of all crates.

use hemma_core::FindingKind;

hemma_core::finding_ids! {
    /// The address of a public name could not be looked up.
    PUBLIC_ADDRESS_UNSEEN = "public.address-unseen", Unknown;
    /// An IPv6 address of the host does not answer, and another address of it does.
    PUBLIC_AAAA_SILENT = "public.aaaa-silent", Fail;
    /// An IPv6 address of the host was not tried, as this machine has no way to it.
    PUBLIC_AAAA_NOT_TRIED = "public.aaaa-not-tried", Pass;
    /// An IPv6 address of the host could not be tried.
    PUBLIC_AAAA_UNSEEN = "public.aaaa-unseen", Unknown;
    /// The containers behind the public names could not be inspected.
    PUBLIC_CONTAINERS_UNSEEN = "public.containers-unseen", Unknown;
    /// The proxy before the public names could not be looked into.
    PUBLIC_PROXY_UNSEEN = "public.proxy-unseen", Unknown;
    /// The container of the embedding server could not be looked at.
    OFFLOAD_CONTAINER_UNSEEN = "offload-container.unseen", Unknown;
    /// The embedding server has no container.
    OFFLOAD_CONTAINER_MISSING = "offload-container.missing", Fail;
    /// The container of the embedding server was not made by Compose.
    OFFLOAD_CONTAINER_NOT_OF_COMPOSE = "offload-container.not-of-compose", Fail;
    /// The container of the embedding server does not run.
    OFFLOAD_CONTAINER_NOT_RUNNING = "offload-container.not-running", Fail;
    /// Other machines reach the port of the embedding server.
    OFFLOAD_CONTAINER_PORT_OPEN = "offload-container.port-open", Fail;
    /// The local port does not lead to the embedding server.
    OFFLOAD_CONTAINER_NOT_PUBLISHED = "offload-container.not-published", Fail;
    /// The embedding server runs on its local port.
    OFFLOAD_CONTAINER_RUNNING = "offload-container.running", Pass;
    /// The health of the embedding server could not be asked for on the host.
    OFFLOAD_HEALTH_UNSEEN = "offload-health.unseen", Unknown;
    /// The embedding server gives the host no answer about its health.
    OFFLOAD_HEALTH_NO_ANSWER = "offload-health.no-answer", Fail;
    /// The graphics processor has memory enough.
    OFFLOAD_MEMORY_FREE = "offload-health.memory-free", Pass;
    /// The graphics processor is short of memory.
    OFFLOAD_MEMORY_SHORT = "offload-health.memory-short", Fail;
    /// The embedding server runs with the grammar checker's version of `.env`.
    OFFLOAD_VERSION_AGREES = "offload-health.version-agrees", Pass;
    /// The embedding server runs with another version of the grammar checker than `.env` says.
    OFFLOAD_VERSION_DIFFERS = "offload-health.version-differs", Fail;
    /// Where the models are kept could not be looked at.
    MODEL_CACHE_UNSEEN = "model-cache.unseen", Unknown;
    /// The models are kept in the container only.
    MODEL_CACHE_NOT_MOUNTED = "model-cache.not-mounted", Fail;
    /// The models are kept in memory.
    MODEL_CACHE_IN_MEMORY = "model-cache.in-memory", Fail;
    /// The models are kept on the host.
    MODEL_CACHE_KEPT = "model-cache.kept", Pass;
    /// The container sees another directory of models than the host.
    MODEL_CACHE_NOT_SHARED = "model-cache.not-shared", Fail;
    /// The lock file lacks the requirements of the embedding server.
    OFFLOAD_BUILD_NO_REQUIREMENTS = "offload-build.no-requirements", Fail;
    /// `.env` sets the version of the grammar checker.
    OFFLOAD_BUILD_VERSION_SET = "offload-build.version-set", Pass;
    /// `.env` does not set the version of the grammar checker.
    OFFLOAD_BUILD_VERSION_MISSING = "offload-build.version-missing", Fail;
    /// The image that the embedding server is built from.
    OFFLOAD_BUILD_BASE = "offload-build.base", Pass;
    /// The health of the grammar service could not be asked for on the host.
    GRAMMAR_HEALTH_UNSEEN = "grammar-health.unseen", Unknown;
    /// The grammar service gives the host no answer about its health.
    GRAMMAR_HEALTH_NO_ANSWER = "grammar-health.no-answer", Fail;
    /// A database was dumped.
    BACKUP_MADE = "backup.made", Pass;
    /// A database could not be dumped.
    BACKUP_FAILED = "backup.failed", Fail;
    /// Nothing is wrong with `hemma.toml`.
    SETTINGS_RIGHT = "settings.right", Pass;
    /// A file of `init` was written.
    SETTINGS_WRITTEN = "settings.written", Pass;
    /// `hemma.toml` says what a new one would say.
    SETTINGS_CURRENT = "settings.current", Pass;
    /// Nothing stops a deploy.
    DEPLOY_READY = "deploy.ready", Pass;
    /// The completions or the manual pages of the program were installed.
    SHELL_SET_UP = "shell.set-up", Pass;
    /// A key of `.env` was changed; which services have its older value is not known.
    RESTART_PERHAPS_DUE = "restart.perhaps-due", Pass;
    /// A key of `.env` was changed, and no container would be another with it.
    RESTART_NOT_DUE = "restart.not-due", Pass;
    /// A key of `.env` was changed, and services run with its older value.
    RESTART_DUE = "restart.due", Pass;
    /// The manual pages were written.
    MANUAL_WRITTEN = "manual.written", Pass;
    /// There is nothing to prune.
    PRUNE_NOTHING = "prune.nothing", Pass;
    /// All texts of a file are done.
    TEXTS_DONE = "texts.done", Pass;
    /// Some texts of a file failed.
    TEXTS_FAILED = "texts.failed", Fail;
    /// The tunnel is not running, as it should be.
    TUNNEL_NOT_RUNNING = "tunnel.not-running", Pass;
    /// The tunnel, or a forward of it, was closed.
    TUNNEL_CLOSED = "tunnel.closed", Pass;
    /// The tunnel does not start at login, as it should be.
    TUNNEL_SERVICE_NOT_INSTALLED = "tunnel-service.not-installed", Pass;
    /// The tunnel no longer starts at login.
    TUNNEL_SERVICE_REMOVED = "tunnel-service.removed", Pass;
}

/// The ids of the findings of each crate of hemma's, as `docs/findings.md` lists them.
pub const OF_ALL_CRATES: [(&str, &[FindingKind]); 10] = [
    ("hemma-cli", ALL),
    ("hemma-deploy", hemma_deploy::ids::ALL),
    ("hemma-dns", hemma_dns::ids::ALL),
    ("hemma-docker", hemma_docker::ids::ALL),
    ("hemma-embed", hemma_embed::ids::ALL),
    ("hemma-git", hemma_git::ids::ALL),
    ("hemma-ingress", hemma_ingress::ids::ALL),
    ("hemma-postgres", hemma_postgres::ids::ALL),
    ("hemma-tls", hemma_tls::ids::ALL),
    ("hemma-tunnel", hemma_tunnel::ids::ALL),
];
