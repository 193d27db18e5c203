//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// The `.env` of the host could not be looked at.
    ENV_UNSEEN = "env.unseen", Fail | Unknown;
    /// Compose cannot read the `.env`.
    ENV_MALFORMED = "env.malformed", Fail;
    /// Compose did not list the variables that its files require.
    ENV_REQUIRED_UNSEEN = "env.required-unseen", Unknown;
    /// The `.env` is as the rules and the compose files want it.
    ENV_AS_REQUIRED = "env.as-required", Pass;
    /// There is no `.env`, and nothing asks for one.
    ENV_NOT_NEEDED = "env.not-needed", Pass;
    /// Others than its owner may use the `.env`.
    ENV_MODE_OPEN = "env.mode-open", Fail;
    /// The `.env` belongs to another user than the one that deploys.
    ENV_OWNED_BY_ANOTHER = "env.owned-by-another", Fail;
    /// git does not ignore the `.env`.
    ENV_NOT_IGNORED = "env.not-ignored", Fail;
    /// The `.env` is in the repository.
    ENV_TRACKED = "env.tracked", Fail;
    /// A required key of `.env` has no value.
    ENV_KEY_EMPTY = "env.key-empty", Fail;
    /// None of several alternative keys of `.env` has a value.
    ENV_NONE_SET = "env.none-set", Fail;
    /// The value of a key of `.env` is a placeholder.
    ENV_KEY_PLACEHOLDER = "env.key-placeholder", Fail;
    /// The value of a key of `.env` is none of the accepted ones.
    ENV_KEY_NOT_ACCEPTED = "env.key-not-accepted", Fail;
    /// Keys of `.env` that must have the same value differ.
    ENV_KEYS_DIFFER = "env.keys-differ", Fail;
    /// A key of `.env` is set that must not be.
    ENV_KEY_FORBIDDEN = "env.key-forbidden", Fail;
    /// A key of `.env` is set more than once.
    ENV_KEY_REPEATED = "env.key-repeated", Fail;
    /// A value of `.env` names a variable that nothing sets.
    ENV_VARIABLE_UNSET = "env.variable-unset", Fail;
    /// A value of `.env` holds a variable that is root's under sudo.
    ENV_VARIABLE_OF_ROOT = "env.variable-of-root", Fail;
    /// The environment of root on the host sets a key of `.env` too, and wins.
    ENV_KEY_OVERRIDDEN = "env.key-overridden", Fail;
    /// A line of `.env` has no `=`.
    ENV_LINE_WITHOUT_EQUALS = "env.line-without-equals", Fail;
    /// A shell that sources the `.env` reads another value than Compose.
    ENV_SHELL_DIFFERS = "env.shell-differs", Fail;
    /// The host could not be reached over ssh.
    SSH_UNREACHABLE = "ssh.unreachable", Unknown;
    /// The login shell of the host gave no answer.
    SSH_NO_ANSWER = "ssh.no-answer", Unknown;
    /// The login on the host is root's.
    SSH_AS_ROOT = "ssh.as-root", Fail;
    /// The login on the host is a user's.
    SSH_LOGIN = "ssh.login", Pass;
    /// git runs on the host.
    GIT_INSTALLED = "git.installed", Pass;
    /// git is installed on the host and does not run.
    GIT_BROKEN = "git.broken", Fail;
    /// git is not installed on the host.
    GIT_MISSING = "git.missing", Fail;
    /// sudo needs no password on the host.
    SUDO_WITHOUT_PASSWORD = "sudo.without-password", Pass;
    /// sudo is not installed on the host.
    SUDO_MISSING = "sudo.missing", Fail;
    /// sudo does not run without a password on the host.
    SUDO_REFUSED = "sudo.refused", Fail;
    /// sudo does not run a tool that a deploy needs.
    SUDO_TOOL_REFUSED = "sudo.tool-refused", Fail;
    /// Docker is not installed on the host.
    DOCKER_MISSING = "docker.missing", Fail;
    /// The engine answers.
    DOCKER_RUNNING = "docker.running", Pass;
    /// The engine does not answer.
    DOCKER_NOT_RUNNING = "docker.not-running", Fail;
    /// The host did not say whether the engine runs.
    DOCKER_UNSEEN = "docker.unseen", Unknown;
    /// The engine did not list its containers, networks or images.
    DOCKER_LISTS_UNSEEN = "docker.lists-unseen", Unknown;
    /// The Compose plugin is not installed on the host.
    COMPOSE_MISSING = "compose.missing", Fail;
    /// Compose on the host is older than a deploy needs.
    COMPOSE_TOO_OLD = "compose.too-old", Fail;
    /// Compose runs on the host, in a version that will do.
    COMPOSE_INSTALLED = "compose.installed", Pass;
    /// The version of Compose on the host could not be read.
    COMPOSE_VERSION_UNSEEN = "compose.version-unseen", Unknown;
    /// What the compose files resolve to could not be looked at.
    COMPOSE_FILES_UNSEEN = "compose.files-unseen", Unknown;
    /// The compose files name another project than the one that is deployed.
    COMPOSE_PROJECT_AMBIGUOUS = "compose.project-ambiguous", Fail;
    /// Containers of the project were made from another checkout.
    COMPOSE_PROJECT_OF_ANOTHER_CHECKOUT = "compose.project-of-another-checkout", Fail;
    /// The application runs under the name of another project.
    COMPOSE_PROJECT_UNDER_ANOTHER_NAME = "compose.project-under-another-name", Fail;
    /// buildx is older than Compose builds with.
    BUILDX_TOO_OLD = "buildx.too-old", Fail;
    /// A build needs BuildKit, and the host has no buildx.
    BUILDX_MISSING = "buildx.missing", Fail;
    /// The lock of the application is free.
    LOCK_FREE = "lock.free", Pass;
    /// A run holds the lock of the application.
    LOCK_HELD = "lock.held", Fail;
    /// Whether the lock is held could not be looked at.
    LOCK_UNSEEN = "lock.unseen", Unknown;
    /// A run changed the host and has not passed its gate.
    RELEASE_UNPROVEN = "release.unproven", Fail;
    /// Whether the last deploy passed its gate could not be looked at.
    RELEASE_PROOF_UNSEEN = "release.proof-unseen", Unknown;
    /// The kept releases could not be looked at.
    RELEASE_UNSEEN = "release.unseen", Unknown;
    /// What the compose files refer to could not be looked at.
    REPOSITORY_UNSEEN = "repository.unseen", Unknown;
    /// An image that a service runs or a Dockerfile begins from is on no host and in no registry.
    IMAGE_MISSING = "image.missing", Fail;
    /// A registry did not say whether it has an image that the host lacks.
    IMAGE_UNSEEN = "image.unseen", Unknown;
    /// It is not known whether the tag of an image names another image in its registry by now.
    IMAGE_TAG_UNSEEN = "image.tag-unseen", Unknown;
    /// An image is named by a tag, and it is not the one that the last release kept.
    IMAGE_NOT_PINNED = "image.not-pinned", Fail;
    /// A tag names another image by now, or that is not known, and the pinned image is used.
    IMAGE_TAG_HELD = "image.tag-held", Pass;
    /// The image of a service was built from what is checked out.
    IMAGE_BUILT = "image.built", Pass;
    /// An image of the release that is gone back to is gone from the host.
    IMAGE_GONE = "image.gone", Fail;
    /// The kept name of a deployed image does not lead to what its service runs.
    IMAGE_NOT_KEPT = "image.not-kept", Fail;
    /// A file or directory that a service mounts is not there, or empty.
    MOUNT_ABSENT = "mount.absent", Fail;
    /// A service starts a script that its package does not have.
    START_SCRIPT_MISSING = "start.script-missing", Fail;
    /// A lock file of packages lacks what a Dockerfile installs from it.
    PACKAGES_NOT_LOCKED = "packages.not-locked", Fail;
    /// A Dockerfile installs from a lock file of packages that the repository does not have.
    PACKAGES_LOCK_MISSING = "packages.lock-missing", Fail;
    /// A service is for another processor than the host's.
    IMAGE_PLATFORM_FOREIGN = "image.platform-foreign", Fail;
    /// Disk space was given back.
    PRUNE_DONE = "prune.done", Pass;
    /// A build of images failed.
    BUILD_FAILED = "build.failed", Fail;
    /// An external network that the compose files take for granted is missing.
    NETWORK_EXTERNAL_MISSING = "network.external-missing", Fail;
    /// Another container has the name that a service wants.
    CONTAINER_NAME_TAKEN = "container.name-taken", Fail;
    /// From which checkout the containers were made could not be looked at.
    CONTAINER_ORIGIN_UNSEEN = "container.origin-unseen", Unknown;
    /// Another program or container has a port that a service wants.
    PORT_TAKEN = "port.taken", Fail;
    /// A service would open a port to other machines.
    PORT_OPEN = "port.open", Fail;
    /// Whether a port that a service wants is taken could not be looked at.
    PORT_UNSEEN = "port.unseen", Unknown;
    /// The volumes could not be looked at.
    VOLUME_UNSEEN = "volume.unseen", Unknown;
    /// A new, empty volume would be made although another has the data.
    VOLUME_NEW_BESIDE_DATA = "volume.new-beside-data", Fail;
    /// The compose files do not have a service that was asked for.
    SERVICE_NOT_IN_FILES = "service.not-in-files", Fail;
    /// A service that is for this host alone publishes a port to other machines.
    SERVICE_PORT_OPEN = "service.port-open", Fail;
    /// A stage names a service that the compose files do not have.
    STAGE_SERVICE_UNKNOWN = "stage.service-unknown", Fail;
    /// A service needs one of a later stage.
    STAGE_ORDER = "stage.order", Fail;
    /// A service needs one of another stage, which is not up.
    STAGE_DEPENDENCY_DOWN = "stage.dependency-down", Fail;
    /// A stage was not begun, as an earlier one failed.
    STAGE_NOT_BEGUN = "stage.not-begun", Fail;
    /// Compose gave up bringing services up.
    ROLLOUT_UP_FAILED = "rollout.up-failed", Fail;
    /// The run failed; its checkout was put back, and no container was touched.
    ROLLOUT_CHECKOUT_RESTORED = "rollout.checkout-restored", Fail;
    /// The run failed, and its checkout could not be put back.
    ROLLOUT_CHECKOUT_NOT_RESTORED = "rollout.checkout-not-restored", Fail;
    /// The run failed and was taken back; what ran before is healthy.
    ROLLOUT_TAKEN_BACK = "rollout.taken-back", Fail;
    /// The run failed and was taken back; what ran before is not healthy.
    ROLLOUT_TAKEN_BACK_UNHEALTHY = "rollout.taken-back-unhealthy", Fail;
    /// The run failed and was taken back; how what ran before stands is not known.
    ROLLOUT_TAKEN_BACK_UNSEEN = "rollout.taken-back-unseen", Unknown;
    /// The run failed, and taking it back failed as well.
    ROLLOUT_TAKE_BACK_FAILED = "rollout.take-back-failed", Fail | Unknown;
    /// The run failed, and there is nothing to go back to.
    ROLLOUT_NO_WAY_BACK = "rollout.no-way-back", Fail;
    /// The run failed; services that did not run before were removed again.
    ROLLOUT_WITHDRAWN = "rollout.withdrawn", Fail;
    /// The overlay is as it was with the release.
    OVERLAY_RESTORED = "overlay.restored", Pass;
    /// The `.env` is as it was with the release.
    ENV_RESTORED = "env.restored", Pass;
    /// The comments of the compose files name no database.
    DATABASE_NONE_NAMED = "database.none-named", Fail;
    /// `hemma.toml` names no database server.
    DATABASE_NOT_CONFIGURED = "database.not-configured", Fail;
    /// The databases that the compose files name could not be looked at.
    DATABASE_NAMES_UNSEEN = "database.names-unseen", Fail | Unknown;
}
