//! The commits since the images of the services were made, and the current Dockerfiles.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hemma_core::names::CheckoutPath;
use hemma_core::{
    Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded, OperatorError, Place,
    Question, World, storage,
};
use serde::{Deserialize, Serialize};

use super::git::{self, GIT, Printed};
use super::{CheckoutSpec, cause};

/// One script reads everything about commits that a plan needs. Even without a known deploy, a
/// service may have been brought up by itself: `refs/hemma/services/NAME`.
///
/// A merge commit is skipped: the commits that it merges are listed.
const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
cd "$d" || exit 70
tip=$2 deployed=$3; shift 3
own() { git for-each-ref --format="$1" refs/hemma/services; }
own '%(objectname) %(refname:lstrip=3)' | tr '\n' '\000' | list services
for since in $({ echo "$deployed"; own '%(objectname)'; } | sort -u); do
    git cat-file -e "$since^{commit}" 2>/dev/null || continue
    say since "$since"
    git diff-tree -r -z --name-only --no-renames "$since" "$tip" | head -z -n 5000 | list changed
    ask log -z --no-merges --no-renames --name-only --format='%x01%h %s' -n 500 "$since..$tip" |
        head -z -n 20000 | list commits
done
for file do
    git cat-file -e "$tip:$file" 2>/dev/null || continue
    say dockerfile "$file"
    printf 'text='; git cat-file blob "$tip:$file" | head -c 262144; printf '\000'
done
"#;

/// The commits and changed files since the images were made, by service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The changes since the last deploy; `None` if no deploy is known.
    pub deployed: Option<Since>,
    /// The changes since a service was brought up by itself, after the last deploy.
    pub services: BTreeMap<String, Since>,
    /// Services whose image was made from an unknown commit: a run that has not passed its gate
    /// gave the name of the image to another one.
    pub unsure: BTreeSet<String>,
}

/// The changes since a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// The files that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The commits in between, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<Commit>,
}

/// A commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// The short id and the subject.
    pub title: String,
    /// The files it touches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

impl History {
    /// The changes since the image of a service was made, if its commit is known.
    pub fn of(&self, service: &str) -> Option<&Since> {
        let deployed = self.deployed.as_ref().filter(|_| !self.unsure.contains(service));
        self.services.get(service).or(deployed)
    }
}

/// The answer to [`LookHistory`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The changes since each commit that was asked about.
    since: BTreeMap<String, Since>,
    /// The commits from which services were brought up by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    services: BTreeMap<String, String>,
    /// The Dockerfiles by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dockerfiles: BTreeMap<String, String>,
}

/// A question for the changes up to a commit, since the last deploy and since services were brought
/// up by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookHistory {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The commit of the last deploy, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed: Option<String>,
    /// The last commit of the range.
    pub tip: String,
    /// The files whose content at that commit is needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dockerfiles: Vec<String>,
}

/// Why the history is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HistoryError {
    /// The result of the command is not known.
    #[error("could not look at the commits on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// The reason.
        source: ExecError,
    },
    /// git failed.
    #[error("could not look at the commits on {host}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The cause.
        said: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for HistoryError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said } => ErrorClass::Unknown
                .with_any(storage::hint(host, said), "git's own words are all that is known"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for LookHistory {
    const KIND: &'static str = "checkout.history";
    type Answer = Seen;
    type Error = HistoryError;

    async fn ask(&self, live: &Live) -> Result<Seen, HistoryError> {
        let host = self.host.clone();
        let fixed =
            [self.checkout.as_str(), &self.tip, self.deployed.as_deref().unwrap_or_default()];
        let parameters = fixed.map(str::to_owned).into_iter().chain(self.dockerfiles.clone());
        let script = Command::script(&format!("{GIT}{SCRIPT}"), parameters).named("read-history");
        match live.run(&Place::On(host.clone()), &script.limit(Duration::from_secs(60))).await {
            Err(source) => Err(HistoryError::Ask { host, source }),
            Ok(output) if output.success() => Ok(read(&output.stdout)),
            Ok(output) => Err(HistoryError::Failed { host, said: cause::of(&output.stderr) }),
        }
    }
}

/// Looks at the changes up to `tip`. `None` if the look failed.
pub async fn look(
    world: &World,
    spec: &CheckoutSpec,
    (deployed, tip): (Option<&str>, &str),
    dockerfiles: Vec<String>,
) -> Option<Seen> {
    let asked = LookHistory {
        host: spec.host.clone(),
        checkout: spec.checkout.clone(),
        deployed: deployed.map(str::to_owned),
        tip: tip.to_owned(),
        dockerfiles,
    };
    world.ask(&asked).await.ok()
}

impl Seen {
    /// The history by service; `deployed` is the commit of the last deploy.
    pub fn history(&self, deployed: Option<&str>) -> History {
        let own = self.services.iter();
        let own = own.filter_map(|(name, sha)| Some((name.clone(), self.since.get(sha)?.clone())));
        let deployed = deployed.and_then(|it| self.since.get(it).cloned());
        History { deployed, services: own.collect(), unsure: BTreeSet::new() }
    }
}

fn read(text: &str) -> Seen {
    let (mut seen, mut at, mut file) = (Seen::default(), "", "");
    for record in git::printed(text) {
        match record {
            Printed::Names("services", names) => {
                let pairs = names.into_iter().filter_map(|it| it.split_once(' '));
                seen.services.extend(pairs.map(|(sha, name)| (name.to_owned(), sha.to_owned())));
            }
            Printed::Value("since", commit) => {
                at = commit;
                seen.since.entry(at.to_owned()).or_default();
            }
            Printed::Names("changed", names) => {
                let changed = names.into_iter().map(str::to_owned).collect();
                seen.since.entry(at.to_owned()).or_default().changed = changed;
            }
            Printed::Names("commits", names) => {
                seen.since.entry(at.to_owned()).or_default().commits = commits(&names);
            }
            Printed::Value("dockerfile", path) => file = path,
            Printed::Value("text", text) => {
                seen.dockerfiles.insert(file.to_owned(), text.to_owned());
            }
            _ => {}
        }
    }
    seen
}

/// Reads titles, each followed by its files, the first of them on a line of its own.
fn commits(names: &[&str]) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    for name in names {
        if let Some(title) = name.strip_prefix('\u{1}') {
            commits.push(Commit { title: title.to_owned(), files: Vec::new() });
        } else if let Some(last) = commits.last_mut() {
            let name = if last.files.is_empty() { name.trim_start_matches('\n') } else { name };
            last.files.push(name.to_owned());
        }
    }
    commits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_of_each_service_is_read() {
        let text = "list=services\0bbb api\0ccc gone\0\0since=aaa\0list=changed\0api/a=b.py\0web/x\0\0\
            list=commits\0\u{1}222 api: one = two\0\napi/a=b.py\0\u{1}111 web\0\nweb/x\0odd\nname\0\u{1}0 empty\0\0\
            since=bbb\0list=changed\0\0list=commits\0\0dockerfile=api/Dockerfile\0text=FROM a\nRUN b=c\n\0";
        let seen = read(text);
        let history = seen.history(Some("aaa"));
        let deployed = history.of("web").expect("a deploy is known");
        assert_eq!(deployed.changed, ["api/a=b.py", "web/x"]);
        let titles: Vec<_> = deployed.commits.iter().map(|it| it.title.as_str()).collect();
        assert_eq!(titles, ["222 api: one = two", "111 web", "0 empty"]);
        assert_eq!(deployed.commits[1].files, ["web/x", "odd\nname"]);
        assert_eq!(history.of("api"), Some(&Since::default()));
        assert_eq!(history.services.len(), 1);
        assert_eq!(seen.dockerfiles["api/Dockerfile"], "FROM a\nRUN b=c\n");
        assert_eq!(seen.history(None).of("web"), None);
    }

    #[test]
    fn of_an_image_that_an_unproven_run_made_nothing_is_known() {
        let known = || Some(Since::default());
        let unsure = BTreeSet::from(["web".to_owned(), "api".to_owned()]);
        let services = BTreeMap::from([("api".to_owned(), Since::default())]);
        let history = History { deployed: known(), services, unsure };
        let of = |service| history.of(service).cloned();
        assert_eq!([of("web"), of("api"), of("db")], [None, known(), known()]);
    }
}
