//! What the judges of a repository notice.

use hemma_docker::compose::Spot;
use serde::{Deserialize, Serialize};

/// Something in a repository that is likely to fail, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Noticed {
    /// What it is.
    #[serde(flatten)]
    pub notice: Notice,
    /// The places that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spots: Vec<Spot>,
    /// The image that it is about, where no service builds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_base: Option<String>,
}

impl Noticed {
    pub(super) fn new(notice: Notice, spots: impl IntoIterator<Item = Spot>) -> Self {
        Self { notice, spots: spots.into_iter().collect(), of_base: None }
    }
}

/// What is likely to fail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Notice {
    /// The repository builds an image that its Dockerfiles begin from.
    BaseBuiltHere {
        /// The image.
        image: String,
        /// The command that builds it in the checkout.
        command: String,
        /// Whether the command is a guess from the name of a Dockerfile.
        guessed: bool,
    },
    /// A service that is not deployed builds an image that Dockerfiles begin from.
    BaseOfService {
        /// The image.
        image: String,
        /// The service.
        service: String,
    },
    /// A service starts a script of its package that the package does not have.
    ScriptMissing {
        /// The service.
        service: String,
        /// The words that start it.
        command: String,
        /// The file that lists the scripts.
        file: String,
        /// Whether the command surely fails.
        certain: bool,
    },
    /// A service starts a file that its image does not have.
    FileMissing {
        /// The service.
        service: String,
        /// The words that start it.
        command: String,
        /// The file in the container.
        file: String,
        /// A file of the repository that may be meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elsewhere: Option<String>,
    },
    /// The compose files set a variable, and the service reads one of another name.
    VariableMissed {
        /// The variable that is set.
        set: String,
        /// The services with the variable that each reads.
        reads: Vec<(String, String)>,
    },
    /// A service signs, and does not get the secret that others verify with.
    SecretNotGiven {
        /// The service that signs.
        signer: String,
        /// The services that verify.
        verifiers: Vec<String>,
        /// The variable of the secret.
        variable: String,
    },
    /// Services that sign and verify get different values of a secret.
    SecretsDiffer {
        /// The services.
        services: Vec<String>,
        /// The variable of the secret.
        variable: String,
    },
    /// A lock file lacks groups that a Dockerfile installs.
    LockLacks {
        /// The lock file.
        lock: String,
        /// The groups.
        groups: Vec<String>,
        /// The command that wants them.
        command: String,
        /// Whether the command fails. One that goes on installs nothing of these groups.
        fails: bool,
    },
    /// A lock file is older than the list of dependencies.
    LockOutdated {
        /// The lock file.
        lock: String,
        /// The dependencies that it does not have.
        names: Vec<String>,
        /// The command that refuses it.
        command: String,
    },
    /// A Dockerfile installs from a lock file that it does not have.
    LockMissing {
        /// The lock file.
        lock: String,
        /// The command that wants it.
        command: String,
    },
    /// A health check runs a tool that the image does not have.
    ToolMissing {
        /// The service.
        service: String,
        /// The tool.
        tool: String,
        /// The image that the service's own begins from.
        base: String,
    },
    /// Nothing applies the migrations of services.
    MigrationsNotRun {
        /// The services.
        services: Vec<String>,
        /// The tool that they are for.
        tool: String,
        /// The command that applies them in a container.
        command: String,
    },
    /// A service is for another processor than the host's.
    Platform {
        /// The service.
        service: String,
        /// The platform that the compose files want.
        platform: String,
        /// The host's processor.
        processor: String,
        /// Whether it is known that the host emulates no other one.
        certain: bool,
    },
    /// The repository is too large to say what it lacks.
    TooLarge,
}
