//! The marker of a run that has begun to change the host and has not passed its gate.

use hemma_core::names::ProjectName;
use hemma_core::{
    Classified, Command, ErrorClass, ExecError, Finding, Host, Live, NotRecorded, OperatorError,
    Place, Question, World,
};

use crate::ids;
use crate::{Config, Remedy};
use serde::{Deserialize, Serialize};

use super::holder::Holder;
use crate::state_dir::STATE_DIRECTORY;

/// The marker has the number of its run in the first line, and the holder in the second.
const LOOK: &str = r#"
[ -e "$s/unproven" ] || { echo proven; exit 0; }
echo unproven
if [ -e "$s/lock" ] && ! flock -n -s "$s/lock" true; then echo running; else echo stopped; fi
sed -n 2p "$s/unproven"
cat "$s/return-at" 2>/dev/null || echo
exit 0
"#;

/// The marker of a run that ends with a gate: its first change writes the marker on the host. The
/// marker is removed when the gate passed, or when all changes were taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// The operator, machine, time and command of the run.
    #[serde(flatten)]
    pub holder: Holder,
}

/// A run that has changed the host and has not passed its gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unproven {
    /// The operator, machine, time and command of the run; `None` if the host does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Holder>,
    /// Whether that run, or another one, is at work now.
    pub running: bool,
    /// The time at which the host takes the changes back by itself, unless the operator returns
    /// before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns_at: Option<jiff::Timestamp>,
}

/// Has a run changed the host without having passed its gate?
#[derive(Debug, Clone, Serialize)]
pub struct LookUnproven {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
}

/// Why the marker could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnprovenError {
    /// The host could not be asked.
    #[error("could not find out whether the last deploy on {host} passed its gate")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The host's answer could not be read.
    #[error("{host} did not say whether its last deploy passed its gate: {said}")]
    NoAnswer {
        /// The host.
        host: Host,
        /// The host's output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for UnprovenError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::NoAnswer { .. } => {
                ErrorClass::Unknown.without("the host's own words are all that is known")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for LookUnproven {
    const KIND: &'static str = "release.unproven";
    type Answer = Option<Unproven>;
    type Error = UnprovenError;

    async fn ask(&self, live: &Live) -> Result<Option<Unproven>, UnprovenError> {
        let host = self.host.clone();
        let script = format!("{STATE_DIRECTORY}{LOOK}");
        let command = Command::script(&script, [self.project.to_string()]).named("look-unproven");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(UnprovenError::Ask { host, source }),
            Ok(output) => read(&output.stdout).map_err(|()| UnprovenError::NoAnswer {
                host,
                said: output.last_words().to_owned(),
            }),
        }
    }
}

/// Parses the script's output.
fn read(text: &str) -> Result<Option<Unproven>, ()> {
    let mut lines = text.lines();
    match lines.next() {
        Some("proven") => Ok(None),
        Some("unproven") => {
            let running = lines.next().ok_or(())? == "running";
            let by = super::holder::read(lines.next().unwrap_or_default());
            let at = lines.next().and_then(|it| it.trim().parse().ok());
            let returns_at = at.and_then(|it| jiff::Timestamp::from_second(it).ok());
            Ok(Some(Unproven { by, running, returns_at }))
        }
        _ => Err(()),
    }
}

impl Unproven {
    /// The name of the run, which stays the same when another run takes the lock.
    pub fn which(&self) -> String {
        let who = self.by.as_ref().map_or_else(
            || "a run that left no name".to_owned(),
            |it| {
                let since = it.since.strftime("%F %T UTC");
                format!("`{}` by {} on {} since {since}", it.doing, it.who, it.from)
            },
        );
        format!("unproven: {who} has not passed its gate")
    }

    /// The state at this moment, in one sentence.
    pub fn words(&self) -> String {
        let running = if self.running { "; another run is in progress" } else { "" };
        let back = self.returns_at.map(|it| {
            format!("; the host takes it back by itself at {}", it.strftime("%F %T UTC"))
        });
        format!("{}{running}{}", self.which(), back.unwrap_or_default())
    }

    /// The finding for the unproven run.
    pub fn finding(&self) -> Finding {
        let remedy = if self.running { Remedy::ShowLock } else { Remedy::FinishOrRollBack };
        Finding::fail(ids::RELEASE_UNPROVEN, "release", self.words()).remedy(remedy)
    }
}

/// The unproven run that the host remembers. An old recording without this look has none.
pub async fn unproven(world: &World, config: &Config) -> Result<Option<Unproven>, UnprovenError> {
    let (host, project) = (config.host.alias.clone(), config.compose.project.clone());
    match world.ask(&LookUnproven { host, project }).await {
        Err(UnprovenError::NotRecorded(_)) => Ok(None),
        answer => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_remembers_is_read_and_said() {
        let by = r#"{"who":"alice","from":"desk","since":"2026-02-03T14:02:00Z","doing":"deploy"}"#;
        let rows = [
            ("proven\n".to_owned(), None),
            (
                format!("unproven\nstopped\n{by}\n\n"),
                Some(
                    "unproven: `deploy` by alice on desk since 2026-02-03 14:02:00 UTC has not passed its gate",
                ),
            ),
            (
                format!("unproven\nrunning\n{by}\n"),
                Some(
                    "unproven: `deploy` by alice on desk since 2026-02-03 14:02:00 UTC has not \
                     passed its gate; another run is in progress",
                ),
            ),
            (
                "unproven\nstopped\ntorn\n1770127920\n".to_owned(),
                Some(
                    "unproven: a run that left no name has not passed its gate; the host takes it back by itself at 2026-02-03 14:12:00 UTC",
                ),
            ),
        ];
        for (text, expected) in rows {
            let seen = read(&text).expect("it can be read");
            assert_eq!(seen.map(|it| it.words()).as_deref(), expected, "{text}");
        }
        for text in ["", "hello\n", "unproven\n"] {
            assert_eq!(read(text), Err(()), "{text:?}");
        }
    }
}
