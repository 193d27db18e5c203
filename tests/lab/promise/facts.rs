//! The facts about the host, seen from the host itself and not through hemma.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scenario::READS_ENV;
use crate::stage::Stage;

/// Prints one line for each thing. The engine may have been restarted a moment ago.
const LOOK: &str = r#"
dir=/home/operator/apps/huleedu state=/home/operator/.local/state/hemma/huleedu
git() { runuser -u operator -- git -C "$dir" "$@"; }
/lab/engine start
tree=$(git ls-tree -r HEAD -- services)
# The program that a container runs is the one that the checked out commit has.
docker ps --all --quiet --no-trunc | xargs -r docker inspect --format '{{.State.Pid}}
  {{- with .Config.Labels}} {{or (index . "com.docker.compose.project") "-"}} {{or (index . "com.docker.compose.service") "-"}}
  {{- else}} - -{{end}} {{json .}}' 2>/dev/null |
  while read -r pid project service all; do
    printf 'container %s\n' "$all"
    [ "$pid" != 0 ] && [ "$project" = huleedu ] || continue
    runs=$(command git hash-object --stdin <"/proc/$pid/root/app/app.py") || continue
    case $tree in
    *"blob $runs	services/$service/app.py"*) ;;
    *) echo "stale $service" ;;
    esac
  done
docker volume ls --format 'treasure volume {{.Name}}' | grep -E ' (infrastructure|huleedu)_'
for _ in $(seq 100); do
  docker exec shared-postgres psql -U postgres -Atc \
    "select 'treasure database ' || datname || ' ' || oid from pg_database" 2>/dev/null && break
  sleep 0.1
done
echo "head $(git rev-parse HEAD)"
echo "deployed $(git rev-parse refs/hemma/deployed)"
git status --porcelain | grep -v ' \.env$' | sed 's/^/litter changed /'
find "$dir/.git" -name '*.lock' -printf 'litter %p\n'
ls -A "$dir" | grep -E '^\.env..*' | sed 's/^/litter beside .env: /'
echo "env $(sha256sum <"$dir/.env")"
for it in "$state"/releases/*.json; do echo "release $(basename "$it" .json) $(cat "$it")"; done
# Health checks come and go.
ls -A /tmp | grep -v '^runc-process' | sed 's/^/litter in tmp /'
find "$state" \( -name '*.new' -o -name '.new' -o -name '.overlay' -o -name .env \) -printf 'litter %p\n'
find "$state" -type f ! -perm 600 -printf 'litter %p with mode %m\n'
exec 9<"$state/lock" && { flock -n 9 || echo 'litter a lock that is held'; }
echo "journal $(wc -l <"$state/journal.jsonl")"
true"#;

/// A container of any project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) project: String,
    pub(super) service: String,
    pub(super) id: String,
    started: String,
    image: String,
    hash: String,
    status: String,
    health: String,
    has_bad_env: bool,
}

/// What is live: the commit in the checkout, and the image of each service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Live {
    pub(super) head: String,
    services: BTreeMap<String, (String, String, bool)>,
}

/// A release as the host has noted it.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    name: String,
    commit: String,
    at: String,
    images: BTreeMap<String, String>,
}

/// All facts.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) containers: BTreeMap<String, Seen>,
    pub(super) head: String,
    pub(super) deployed: String,
    pub(super) env: String,
    pub(super) treasure: BTreeSet<String>,
    pub(super) litter: BTreeSet<String>,
    pub(super) releases: Vec<Noted>,
    pub(super) journal: usize,
    /// Services whose program is not that of the checked-out commit.
    pub(super) stale: BTreeSet<String>,
}

impl Facts {
    pub(super) async fn look(stage: &Stage) -> Self {
        let mut facts = Self::default();
        for line in stage.root(LOOK).await.lines() {
            let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
            match kind {
                "container" => facts.containers.extend(container(rest)),
                "head" => rest.clone_into(&mut facts.head),
                "deployed" => rest.clone_into(&mut facts.deployed),
                "env" => rest.clone_into(&mut facts.env),
                "treasure" => drop(facts.treasure.insert(rest.to_owned())),
                "stale" => drop(facts.stale.insert(rest.to_owned())),
                "litter" => drop(facts.litter.insert(rest.to_owned())),
                "release" => facts.releases.extend(noted(rest)),
                "journal" => facts.journal = rest.parse().unwrap_or_default(),
                _ => {}
            }
        }
        facts.releases.sort_by(|one, other| other.at.cmp(&one.at));
        facts
    }

    /// What is live now.
    pub(super) fn live(&self) -> Live {
        let services = self.containers.values().filter(|it| it.is_ours());
        let services =
            services.map(|it| (it.service.clone(), (it.image.clone(), it.hash.clone(), it.runs())));
        Live { head: self.head.clone(), services: services.collect() }
    }

    /// Whether what is live has been noted as a release since `before`: it has passed its gate,
    /// even if the run could not say so any more.
    pub(super) fn is_noted_since(&self, before: &Self) -> bool {
        let of = |facts: &Self| facts.releases.iter().find(|it| it.commit == self.head).cloned();
        let Some(noted) = of(self).filter(|_| self.deployed == self.head) else { return false };
        let ours = self.containers.values().filter(|it| it.is_ours());
        let fits = |it: &Seen| it.runs() && noted.images.get(&it.service) == Some(&it.image);
        ours.into_iter().all(fits) && of(before).is_none_or(|it| it.at != noted.at)
    }

    /// The problems of the application as a whole: services that do not run, or run something other
    /// than the checkout.
    pub(super) fn untrue(&self) -> Vec<String> {
        let down = self.containers.values().filter(|it| it.is_ours() && !it.runs());
        let down = down.map(|it| format!("{} is {} ({})", it.service, it.status, it.health));
        let stale = self.stale.iter();
        let stale = stale.map(|it| format!("{it} does not run what is checked out"));
        down.chain(stale).collect()
    }

    /// Whether the bad value has reached a container.
    pub(super) fn bad_env_is_live(&self) -> bool {
        self.containers.values().any(|it| it.service == READS_ENV && it.has_bad_env)
    }

    /// A service whose image differs from that of an earlier release, and that image's kept name.
    pub(super) fn kept_image_of_another(&self) -> Option<String> {
        let ours = self.containers.values().filter(|it| it.is_ours());
        let mut kept = self.releases.iter().flat_map(|it| ours.clone().map(move |own| (it, own)));
        let differs = |(noted, own): &(&Noted, &Seen)| {
            noted.commit != self.head
                && noted.images.get(&own.service).is_some_and(|it| *it != own.image)
        };
        let (noted, own) = kept.find(differs)?;
        Some(format!("hemma.keep/huleedu/{}:{}", own.service, noted.name))
    }
}

impl Seen {
    pub(super) fn is_ours(&self) -> bool {
        self.project == "huleedu"
    }

    fn runs(&self) -> bool {
        self.service == "kafka_topic_setup"
            || (self.status == "running" && self.health != "unhealthy")
    }

    /// Whether it is the same container and was not restarted.
    pub(super) fn is_untouched_by(&self, now: &Self, lives_again: bool) -> bool {
        self.id == now.id && (lives_again || self.started == now.started)
    }

    /// Whether a step of a build made it: such containers have no name of their own, and end.
    pub(super) fn is_of_a_build(&self) -> bool {
        self.project.is_empty() && self.status != "running"
    }
}

fn container(json: &str) -> Option<(String, Seen)> {
    let it: Value = serde_json::from_str(json).ok()?;
    let text = |path: &str| it.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let label = |name: &str| text(&format!("/Config/Labels/com.docker.compose.{name}"));
    let env = it.pointer("/Config/Env").and_then(Value::as_array);
    let bad = |it: &Value| it.as_str().is_some_and(|it| it.ends_with(super::NOWHERE));
    let seen = Seen {
        project: label("project"),
        service: label("service"),
        id: text("/Id"),
        started: text("/State/StartedAt"),
        image: text("/Image"),
        hash: label("config-hash"),
        status: text("/State/Status"),
        health: text("/State/Health/Status"),
        has_bad_env: env.is_some_and(|it| it.iter().any(bad)),
    };
    Some((text("/Name").trim_start_matches('/').to_owned(), seen))
}

fn noted(line: &str) -> Option<Noted> {
    let (name, json) = line.split_once(' ')?;
    let it: Value = serde_json::from_str(json).ok()?;
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    let images = it["images"].as_array()?.iter();
    let images = images.map(|it| (text(it, "service"), text(it, "id"))).collect();
    Some(Noted { name: name.to_owned(), commit: text(&it, "commit"), at: text(&it, "at"), images })
}
