//! What came in since the images of the services were made, and the Dockerfiles as they are now.

use std::collections::BTreeMap;
use std::time::Duration;

use hemma_core::{Command, Config, Exec, World};

/// One script for everything that the plan needs to know of the commits. Without a deploy that is
/// known, a service may still have been brought up by itself: `refs/hemma/services/NAME`.
///
/// A merge brings nothing of its own: the commits that it merges are listed.
const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
export GIT_OPTIONAL_LOCKS=0 LC_ALL=C
cd "$d" || exit 70
tip=$2 deployed=$3; shift 3
own() { git for-each-ref --format="$1" refs/hemma/services; }
own 'service=%(objectname) %(refname:lstrip=3)'
for since in $({ echo "$deployed"; own '%(objectname)'; } | sort -u); do
    git cat-file -e "$since^{commit}" 2>/dev/null || continue
    echo "since=$since"
    git diff --name-only --no-renames "$since" "$tip" | head -n 5000 | sed 's/^/changed=/'
    git log --no-merges --no-renames --name-only --format='commit=%h %s' -n 500 "$since..$tip" |
        head -n 20000 | sed -e '/^commit=/b' -e '/^$/d' -e 's/^/in=/'
done
for file do
    git cat-file -e "$tip:$file" 2>/dev/null || continue
    printf '\n--8<-- %s\n' "$file"
    git show "$tip:$file"
done
"#;

/// What came in since the images were made, by service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Since the last deploy; `None` when none is known.
    pub deployed: Option<Since>,
    /// Since a service was brought up by itself, after the last deploy.
    pub services: BTreeMap<String, Since>,
}

/// What came in since a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// Files that differ.
    pub changed: Vec<String>,
    /// The commits in between, newest first.
    pub commits: Vec<Commit>,
}

/// A commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its short id and its subject.
    pub title: String,
    /// The files it touches.
    pub files: Vec<String>,
}

impl History {
    /// What came in since the image of a service was made, if that is known.
    pub fn of(&self, service: &str) -> Option<&Since> {
        self.services.get(service).or(self.deployed.as_ref())
    }
}

/// What was asked for: the history, and Dockerfiles by their path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) history: History,
    pub(crate) dockerfiles: BTreeMap<String, String>,
}

/// Looks at what came in up to `tip`. `None` is no answer.
pub(crate) async fn look(
    world: &World,
    config: &Config,
    (deployed, tip): (Option<&str>, &str),
    dockerfiles: Vec<String>,
) -> Option<Seen> {
    let parameters = [config.host.checkout.as_str(), tip, deployed.unwrap_or_default()];
    let parameters = parameters.map(str::to_owned).into_iter().chain(dockerfiles);
    let script =
        Command::script(SCRIPT, parameters).named("read-history").limit(Duration::from_secs(60));
    let output = world.ask(&Exec::on(&config.host.alias, script)).await.ok()?;
    output.success().then(|| read(&output.stdout, deployed))
}

fn read(text: &str, deployed: Option<&str>) -> Seen {
    let mut parts = text.split("\n--8<-- ");
    let (mut since, mut at) = (BTreeMap::<&str, Since>::new(), "");
    let mut services = Vec::new();
    for line in parts.next().unwrap_or_default().lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        match key {
            "service" => services.extend(value.split_once(' ')),
            "since" => at = value,
            "changed" => since.entry(at).or_default().changed.push(value.to_owned()),
            "commit" => {
                let commit = Commit { title: value.to_owned(), files: Vec::new() };
                since.entry(at).or_default().commits.push(commit);
            }
            "in" => {
                if let Some(last) = since.entry(at).or_default().commits.last_mut() {
                    last.files.push(value.to_owned());
                }
            }
            _ => {}
        }
        if key == "since" {
            since.entry(at).or_default();
        }
    }
    let services = services.into_iter();
    let services =
        services.filter_map(|(sha, name)| Some((name.to_owned(), since.get(sha)?.clone())));
    let services = services.collect();
    let deployed = deployed.and_then(|it| since.get(it).cloned());
    let files = parts.filter_map(|it| it.split_once('\n'));
    let dockerfiles = files.map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
    Seen { history: History { deployed, services }, dockerfiles }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_of_each_service_is_read() {
        let text = "service=bbb api\nservice=ccc gone\nsince=aaa\nchanged=api/a=b.py\nchanged=web/x\n\
            commit=222 api: one = two\nin=api/a=b.py\ncommit=111 web\nin=web/x\nin=README.md\n\
            since=bbb\n\n--8<-- api/Dockerfile\nFROM a\n";
        let seen = read(text, Some("aaa"));
        let deployed = seen.history.of("web").expect("a deploy is known");
        assert_eq!(deployed.changed, ["api/a=b.py", "web/x"]);
        let titles: Vec<_> = deployed.commits.iter().map(|it| it.title.as_str()).collect();
        assert_eq!(titles, ["222 api: one = two", "111 web"]);
        assert_eq!(deployed.commits[1].files, ["web/x", "README.md"]);
        assert_eq!(seen.history.of("api"), Some(&Since::default()));
        assert_eq!(seen.history.services.len(), 1);
        assert_eq!(seen.dockerfiles.keys().collect::<Vec<_>>(), ["api/Dockerfile"]);
        assert_eq!(read(text, None).history.of("web"), None);
    }
}
