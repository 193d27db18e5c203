//! Secrets that are in `.env` and nowhere else, and the search for them.

use std::path::Path;
use std::time::Duration;

use crate::hemma::Ran;
use crate::stage::Stage;
use crate::watch::{self, Watch};

/// The time between two looks at processes, in seconds. There are many runs, so a short-lived
/// process is seen in one of them.
const LOOK_EVERY: &str = "0.15";

/// The least time between two looks at the processes of this machine.
const REST: Duration = Duration::from_millis(20);

/// The keys of the lab's `.env` that get a secret value. Two of them have to be equal.
const KEYS: [&str; 5] = [
    "HULEEDU_INTERNAL_API_KEY",
    "JWT_SECRET_KEY",
    "API_GATEWAY_JWT_SECRET_KEY",
    "OPENAI_API_KEY",
    "HF_TOKEN",
];

/// The mark itself is in no command line.
const BEGIN: &str = "cat > /run/promise-mark";

/// Searches for the mark, apart from the places where it belongs: `.env`, and copies of it that
/// only the owner may read.
const SEARCH: &str = r#"
grep -aF -f /run/promise-mark /run/watched | cut -c 1-200
: > /run/watched
find /home/operator/.local/state/hemma -type f | while read -r file; do
  grep -aqF -f /run/promise-mark "$file" || continue
  case $file in *env*) [ "$(stat -c %a "$file")" != 600 ] || continue ;; esac
  echo "in $file, mode $(stat -c %a "$file")"
done
grep -arlF -f /run/promise-mark --exclude='runc-process*' /tmp /home/operator/.bash_history \
  /var/log 2>/dev/null | sed 's/^/in /'
cd /home/operator/apps/huleedu && grep -arlF -f /run/promise-mark --exclude=.env . | sed 's/^/in /'
true"#;

/// The mark in all secret values of a host.
pub(super) struct Secrets {
    pub(super) mark: String,
    here: Watch,
}

impl Secrets {
    /// Starts to look for them, on the host and here.
    pub(super) async fn watch(stage: &Stage, seed: u64) -> Self {
        let mark = format!("p{:016x}", fastrand::Rng::with_seed(seed).u64(..));
        let script = format!("printf '%s\\n' \"$1$2\" | {{ {BEGIN}; }}");
        let (one, other) = mark.split_at(8);
        let begun = stage.lab.root(&script, &[one, other]).await.expect("the host answers");
        assert!(begun.success(), "{}", begun.stderr);
        stage.root(&watch::begin(LOOK_EVERY)).await;
        let here = Watch::begin(mark.clone(), REST);
        Self { mark, here }
    }

    /// The lab's `.env` with secret values in it.
    pub(super) fn planted(&self, env: &str) -> String {
        let secret = |line: &str| match line.split_once('=') {
            Some((key, _)) if KEYS.contains(&key) => {
                format!("{key}={}-{}\n", self.mark, value(key))
            }
            _ => format!("{line}\n"),
        };
        env.lines().map(secret).collect()
    }

    /// The places where a secret was seen that does not belong there.
    pub(super) async fn seen(&self, stage: &Stage, said: &[&Ran]) -> Vec<String> {
        let here = self.here.taken().into_iter();
        let mut places: Vec<String> =
            here.map(|it| format!("in a command line here: {it}")).collect();
        places.extend(stage.root(SEARCH).await.lines().map(str::to_owned));
        let has = |text: &str| text.contains(&self.mark);
        let spoken = said.iter().filter(|it| has(&it.stdout) || has(&it.stderr));
        places.extend(spoken.map(|it| format!("in what was said: {it}")));
        let files = files(stage.here()).into_iter();
        let holds = |it: &std::path::PathBuf| {
            std::fs::read(it).is_ok_and(|it| has(&String::from_utf8_lossy(&it)))
        };
        places.extend(files.filter(holds).map(|it| format!("in {} here", it.display())));
        places
    }

    pub(super) async fn end(self, stage: &Stage) {
        stage.root(&format!("{}; rm -f /run/promise-mark", watch::END)).await;
        self.here.end();
    }
}

/// Two keys have to be equal.
fn value(key: &str) -> String {
    key.trim_start_matches("API_GATEWAY_").to_lowercase().replace('_', "-")
}

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let below = entries.flat_map(|it| match it.path() {
        path if path.is_dir() => files(&path),
        path => vec![path],
    });
    below.collect()
}
