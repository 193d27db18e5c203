//! The watchdog: the host takes a deploy back by itself when its operator does not return.
//!
//! Nothing is installed: it is a shell in the background that ends with the deploy. It waits as
//! long as the run holds the lock. If the lock is free and the deploy has not passed its gate, the
//! operator's machine is gone, asleep, or out of reach; if that lasts for the time in `hemma.toml`,
//! the host goes back to what ran before. Any run that takes the lock meanwhile ends the watchdog.

use std::time::Duration;

use hemma_core::names::ServiceName;
use hemma_core::{
    Cancel, Change, Classified, Command, ErrorClass, ExecError, Host, JournalEntry, JournalEvent,
    Live, NotRecorded, OperatorError, Place, Progress, storage,
};
use hemma_docker::compose::ComposeFiles;
use serde::{Deserialize, Serialize};

use super::restore::{self, Restore};
use crate::lock::{self, Entry, Holder};
use crate::state_dir::{STATE, STATE_DIRECTORY};

/// Starts the watch outside this connection's channel and process group. `$1` is the project, `$2`
/// the script of the watch; the other words are for the watch.
const ARM: &str = r#"
n=$(cat "$s/fence") || exit 70
project=$1 watch=$2
shift 2
setsid sh -c "$watch" hemma-return "$project" "$n" "$@" </dev/null >"$s/return.log" 2>&1 &
echo armed
"#;

/// Waits for the end of the run with the number `$n`, or until it has been gone for too long.
///
/// A shell that was suspended with its machine resumes with it, so the clock decides.
const WATCH: &str = r#"
n=$2 seconds=$3 restore=$4 checkout=$5 compose=$6 entries=$7
shift 7
now() { date +%s; }
held() { flock -n -s "$s/lock" true 2>/dev/null; [ $? = 1 ]; }
mine() { [ "$(cat "$s/fence" 2>/dev/null)" = "$n" ]; }
open() { [ "$(sed -n 1p "$s/unproven" 2>/dev/null)" = "$n" ]; }
trap 'rm -f "$s/return-at"' EXIT
gone=
while sleep 2; do
    mine || exit 0
    if held; then gone= ; rm -f "$s/return-at"; continue; fi
    open || exit 0
    if [ -z "$gone" ]; then
        gone=$(($(now) + seconds))
        echo "$gone" >"$s/return-at"
    fi
    [ "$(now)" -lt "$gone" ] || break
done
exec 9>>"$s/lock"
flock -n 9 && mine && open || exit 0
n=$((n + 1))
echo "$n" >"$s/fence"
entry() {
    at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    printf '%s\n' "$entries" | sed -n "s/@AT@/$at/;s/^$1 //p" >>"$s/journal.jsonl"
}
printf '%s\n' "$entries" | sed -n "s/@AT@/$(date -u +%Y-%m-%dT%H:%M:%SZ)/;s/^holder //p" >"$s/holder"
entry acquired
entry begun
"#;

/// Goes back. The rest of `$@` are the services, each with the container that it had before, `-` if
/// none; `--` ends them, and the words after it are for the script that restores the release.
const RETURN: &str = r#"
case $checkout in "~/"*) d=$HOME/${checkout#"~/"} ;; *) d=$checkout ;; esac
compose() { (cd "$d" && eval "sudo -n docker $compose \"\$@\""); }
id_of() { sudo -n docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$1" --filter "label=com.docker.compose.service=$2" --filter label=com.docker.compose.oneoff=False | head -n 1; }
fails() { entry failed; entry released-failed; rm -f "$s/holder"; exit 1; }
again= new=
while [ "$1" != -- ]; do
    now=$(id_of "$project" "$1")
    if [ "$2" = - ]; then
        [ -z "$now" ] || new="$new $1"
    elif [ "$now" != "$2" ]; then
        again="$again $1"
    fi
    shift 2
done
shift
[ -z "$new" ] || compose rm --stop --force -- $new || fails
sh -c "$restore" sh "$@" || fails
[ -z "$again" ] || compose up --detach --no-build --no-deps -- $again || fails
stands() {
    for service in $again; do
        id=$(id_of "$project" "$service")
        case $(sudo -n docker inspect --format '{{.State.Status}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' "$id") in
            "running "*" healthy" | "running "*" " | "exited 0 "*) ;;
            *) return 1 ;;
        esac
    done
}
tries=0
until stands; do
    tries=$((tries + 1))
    [ "$tries" -lt 150 ] || fails
    sleep 2
done
rm -f "$s/unproven"
entry done
entry released
rm -f "$s/holder"
"#;

/// Arms the watchdog: the host goes back to what runs now, if the new deploy does not pass its gate
/// and its operator is gone for longer than `after`.
#[derive(Debug, Clone, Serialize)]
pub struct ArmReturn {
    /// The time that the operator may be gone.
    pub after: Duration,
    /// The restoration of the release.
    pub restore: Restore,
    /// The compose files that are in force now.
    pub files: ComposeFiles,
    /// The services that the deploy may touch, each with its container's id.
    pub services: Vec<(ServiceName, Option<String>)>,
    /// The time, for the entries of the journal.
    #[serde(skip)]
    pub at: jiff::Timestamp,
}

/// Why the watchdog was not armed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArmError {
    /// The command's answer is not known.
    #[error("could not find out whether {host} watches over this deploy")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The command failed.
    #[error("{host} could not start to watch over this deploy: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for ArmError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said } => storage::classify(ErrorClass::NotAsPlanned, host, said),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Change for ArmReturn {
    const KIND: &'static str = "release.arm-return";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = ArmError;

    fn describe(&self) -> String {
        let seconds = self.after.as_secs();
        format!("have the host take this deploy back if it is abandoned for {seconds} s")
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), ArmError> {
        let host = self.restore.host.clone();
        let script = format!("{STATE}{ARM}");
        let command = Command::script(&script, self.words()).named("arm-return");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(ArmError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(ArmError::Failed { host, said: output.last_words().to_owned() }),
        }
    }
}

impl ArmReturn {
    fn words(&self) -> Vec<String> {
        let project = self.restore.project.to_string();
        let compose = Command::new("x").args(self.files.words()).to_string();
        let mut words = vec![
            project.clone(),
            format!("project=$1\n{STATE_DIRECTORY}{WATCH}{RETURN}"),
            self.after.as_secs().to_string(),
            restore::script(),
            self.restore.checkout.to_string(),
            compose.trim_start_matches("x ").to_owned(),
            self.entries(),
        ];
        for (service, container) in &self.services {
            words.push(service.to_string());
            words.push(container.clone().unwrap_or_else(|| "-".to_owned()));
        }
        words.push("--".to_owned());
        words.extend(self.restore.parameters());
        words
    }

    /// The lines of the journal, each after its name; `@AT@` is replaced by the time.
    fn entries(&self) -> String {
        let holder = Holder {
            who: "the host itself".to_owned(),
            from: self.restore.host.to_string(),
            since: self.at,
            doing: "return".to_owned(),
        };
        let line = |name: &str, kind: &str, what: &str, event: JournalEvent| {
            let entry = JournalEntry { at: self.at, kind: kind.into(), what: what.into(), event };
            (name.to_owned(), serde_json::to_string(&Entry::new(&holder, &entry)))
        };
        let what = format!("take back what was abandoned for {} s", self.after.as_secs());
        let let_go = |outcome| {
            let (host, project) = (self.restore.host.clone(), self.restore.project.clone());
            lock::Release { host, project, outcome: Some(outcome) }.describe()
        };
        let failed = || JournalEvent::Failed("the log is `return.log` next to the journal".into());
        let (acquire, release) = (lock::Acquire::KIND, lock::Release::KIND);
        let lines = [
            ("holder".to_owned(), serde_json::to_string(&holder)),
            line("acquired", acquire, "take the lock", JournalEvent::Done),
            line("begun", Self::KIND, &what, JournalEvent::Begun),
            line("done", Self::KIND, &what, JournalEvent::Done),
            line("failed", Self::KIND, &what, failed()),
            line("released", release, &let_go(lock::RunOutcome::Done), JournalEvent::Begun),
            line(
                "released-failed",
                release,
                &let_go(lock::RunOutcome::Failed),
                JournalEvent::Begun,
            ),
        ];
        let at = self.at.to_string();
        let text = |(name, json): (String, Result<String, _>)| {
            format!("{name} {}\n", json.unwrap_or_default().replacen(&at, "@AT@", 1))
        };
        lines.into_iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{Layers, compose_files};

    #[test]
    fn what_the_host_does_by_itself_is_read_back_from_its_journal_as_a_run() {
        let config = crate::Config::default();
        let arm = ArmReturn {
            after: Duration::from_secs(600),
            restore: Restore::part(&config, "c0ffee".to_owned(), Vec::new()),
            files: compose_files(&config, Layers::Main),
            services: vec![
                ("web".parse().expect("a service"), Some("1f".to_owned())),
                ("new".parse().expect("a service"), None),
            ],
            at: "2026-02-03T14:02:00.5Z".parse().expect("a time"),
        };
        let entries = arm.entries();
        let entry = |name: &str| -> Entry {
            let line = entries.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
            let line = line.expect(name).replace("@AT@", "2026-02-03T14:12:00Z");
            serde_json::from_str(&line).expect(name)
        };
        let names = ["acquired", "begun", "done", "released"];
        let runs = lock::PastRun::fold(&names.map(entry), None);
        assert_eq!(runs.len(), 1);
        assert_eq!(
            (runs[0].who.as_str(), runs[0].outcome.to_string()),
            ("the host itself", "done".to_owned())
        );
        assert_eq!(runs[0].steps[0].what, "take back what was abandoned for 600 s");
        let words = arm.words();
        assert_eq!(words[2], "600");
        let services = words.iter().position(|it| it == "web").expect("it is named");
        assert_eq!(words[services..services + 5], ["web", "1f", "new", "-", "--"]);
    }
}
