//! The command lines of the engine that runs the lab, and their errors.

use std::path::PathBuf;
use std::time::Duration;

use hemma_core::{
    Classified, Command, ErrorClass, ExecError, Live, OperatorError, Output, Place, Progress,
    SshOptions,
};

/// The time limit of a step, apart from builds.
const STEP: Duration = Duration::from_secs(180);

/// The lines of a failed command that are shown.
const LINES_SHOWN: usize = 20;

/// Why the lab could not be brought up or used.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// There is no engine, and none can be started.
    #[error("no Docker engine answers on this machine: {reason}")]
    NoEngine {
        /// Why not, and what to do about it.
        reason: String,
    },
    /// The lab is not up.
    #[error("the lab is not up; `cargo xtask lab up` starts it")]
    NotUp,
    /// `HEMMA_LAB_NAME` is not a valid name.
    #[error(
        "`{name}` cannot be the name of a lab: \
         a lower-case letter, then lower-case letters, digits and `-`, 40 at most"
    )]
    Name {
        /// The invalid name.
        name: String,
    },
    /// There is no such system.
    #[error(
        "the practice host has no system `{wanted}`: it is classic, modern or too-old, \
         and sudo-rs and uutils are for modern"
    )]
    System {
        /// The words for it.
        wanted: String,
    },
    /// A command failed.
    #[error("could not {doing}:\n{said}")]
    Step {
        /// The purpose of the command.
        doing: String,
        /// The end of its output.
        said: String,
    },
    /// A command could not be run to its end.
    #[error("could not {doing}")]
    Exec {
        /// The purpose of the command.
        doing: String,
        /// Why not.
        source: ExecError,
    },
    /// A file of the lab could not be read or written.
    #[error("could not use `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// There is no port for the lab's name servers.
    #[error("could not find a free port on loopback")]
    Port {
        /// Why not.
        source: std::io::Error,
    },
    /// The output of a command could not be read.
    #[error("could not read {what}: `{text}`")]
    Unreadable {
        /// The missing value.
        what: &'static str,
        /// The output.
        text: String,
    },
}

impl OperatorError for LabError {
    fn classify(&self) -> Classified {
        match self {
            Self::NotUp => ErrorClass::NotAsPlanned.without("the message says what starts it"),
            Self::Name { .. } | Self::System { .. } => {
                ErrorClass::NotAsPlanned.without("the message says what is allowed")
            }
            Self::Step { .. } => {
                ErrorClass::NotAsPlanned.without("the words of the command that failed are shown")
            }
            Self::Exec { source, .. } => source.classify(),
            Self::File { source, .. } | Self::Port { source } => source.classify(),
            Self::NoEngine { .. } => {
                ErrorClass::Unknown.without("the reason has what to do about it")
            }
            Self::Unreadable { .. } => {
                ErrorClass::Unknown.without("the message has the words that cannot be read")
            }
        }
    }
}

/// Runs commands on this machine. The lab is only the surroundings: nothing of it is recorded, so
/// its commands bypass the [`World`](hemma_core::World) and use the layer below.
#[derive(Debug)]
pub(super) struct Shell(Live);

impl Shell {
    pub(super) fn new() -> Self {
        Self(Live::new(SshOptions::default()))
    }

    /// Runs a command and returns its output, whatever its exit code.
    pub(super) async fn ask(&self, doing: &str, command: Command) -> Result<Output, LabError> {
        let command = command.limit(STEP);
        self.0
            .run(&Place::Here, &command)
            .await
            .map_err(|source| LabError::Exec { doing: doing.to_owned(), source })
    }

    /// Runs a command; anything but success is an error. Returns standard output, trimmed.
    pub(super) async fn run(&self, doing: &str, command: Command) -> Result<String, LabError> {
        let output = self.ask(doing, command).await?;
        done(doing, &output)
    }

    /// As [`run`](Self::run), for commands that may take minutes on a slow network.
    pub(super) async fn run_long(&self, doing: &str, command: Command) -> Result<String, LabError> {
        let command = command.limit(Duration::from_secs(20 * 60));
        let output = self.0.run_telling(&Place::Here, &command, &Progress::silent()).await;
        let output = output.map_err(|source| LabError::Exec { doing: doing.to_owned(), source })?;
        done(doing, &output)
    }
}

pub(super) fn done(doing: &str, output: &Output) -> Result<String, LabError> {
    if output.success() {
        return Ok(output.stdout.trim_end().to_owned());
    }
    // The classic builder writes its steps to one stream and the cause to the other.
    let lines: Vec<&str> = output.stdout.lines().chain(output.stderr.lines()).collect();
    let said = lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n");
    Err(LabError::Step { doing: doing.to_owned(), said })
}

/// The way to run `docker`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Docker {
    pub(super) sudo: bool,
}

impl Docker {
    /// `docker ARGS…`, or with `sudo` in front.
    pub(super) fn line<I: IntoIterator<Item = S>, S: Into<String>>(self, args: I) -> Command {
        let line = Command::new("docker").args(args);
        if self.sudo { line.sudo() } else { line }
    }

    /// The words of `docker`, for a script that takes them as its arguments.
    pub(super) fn words(self) -> &'static [&'static str] {
        if self.sudo { &["sudo", "-n", "docker"] } else { &["docker"] }
    }
}
