//! Secrets never appear: twenty known ones are on the host, and all output, files and processes of
//! hemma are searched for them.

mod remote;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hemma_deploy::rollout;

use crate::hemma::Ran;
use crate::stage::{Stage, written_down};
use crate::watch::{self, Watch};

/// The mark, which is in each of the secrets, and nowhere else.
const MARK: &str = "c4n4ry";

/// The keys that the application needs; two of them have to be equal.
const NEEDED: [(&str, &str); 6] = [
    ("HULEEDU_PROD_DB_PASSWORD", "c4n4ry-db'pass word"),
    ("HULEEDU_INTERNAL_API_KEY", "c4n4ry-internal-api-key"),
    ("JWT_SECRET_KEY", "c4n4ry-jwt-secret-0123456789"),
    ("API_GATEWAY_JWT_SECRET_KEY", "c4n4ry-jwt-secret-0123456789"),
    ("OPENAI_API_KEY", "sk-c4n4ry-openai"),
    ("HF_TOKEN", "hf_c4n4ry"),
];

/// Further lines of a `.env`, in all shapes.
const FURTHER: &str = r#"
CANARY_PLAIN=c4n4ry-plain
CANARY_SINGLE='c4n4ry $HOME `id` single'
CANARY_DOUBLE="c4n4ry double \"quoted\""
CANARY_URL=postgres://user:c4n4ry@db:5432/app
CANARY_EMPTY_AFTER=c4n4ry-
CANARY_EQUALS=c4n4ry==
CANARY_HASH=c4n4ry#hash
CANARY_COMMENT=value # c4n4ry in a comment
CANARY_LINES="c4n4ry first
c4n4ry second"
CANARY_UNICODE=c4n4ry-ü
CANARY_SPACES=c4n4ry with spaces
CANARY_DASH=-c4n4ry
CANARY_JSON='{"key":"c4n4ry"}'
# CANARY_OFF=c4n4ry
"#;

/// Looks at the deployed application, whose results do not matter.
const LOOKS: [&[&str]; 14] = [
    &["config"],
    &["day0", "preconditions", "--verbose"],
    &["day1", "proxy-health", "--json"],
    &["day1", "cert-readiness", "--json"],
    &["day2", "routing-tls"],
    &["day2", "service-health", "--verbose"],
    &["day3", "language-tool-deploy", "--plan"],
    &["day3", "language-tool-health"],
    &["env", "diff", "hemma.toml"],
    &["lock", "show"],
    &["notes", "public-surface", "--json"],
    &["offload", "container-run", "--plan", "--verbose"],
    &["offload", "container-health", "--json"],
    &["tunnel", "status"],
];

/// Stands for any exit code: only the output matters.
const WHATEVER: i32 = -1;

/// Commands that do not touch the host's `.env`, databases and containers.
const ELSEWHERE: [&str; 5] = ["check-text", "completions", "embed", "extract", "lab"];

/// Writes the values into the `.env` and the database.
const PLANT: &str = r#"
printf '%s\n' "$1" >> /home/operator/apps/huleedu/.env
docker exec shared-postgres psql -qU postgres \
  -c "drop table if exists canary" -c "create table canary as select 'c4n4ry-row' as secret"
sleep 1"#;

/// The time between two looks at the processes of this machine.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Prints the engine's time. The mark itself is in no command line.
const BEGAN: &str = "printf 'c4n%s' 4ry > /run/canary; date +%s";

/// Searches the host apart from the places where the secrets belong.
const SEARCH: &str = r#"
grep -aF -f /run/canary /run/watched
grep -c 'docker' /run/watched >/dev/null || echo 'nobody was watched'
docker events --since "$1" --until "$(date +%s)" | grep -aF -f /run/canary
# The file before a change is kept, and that of each release, for their owner alone.
find /home/operator/.local/state/hemma -type f \( -path '*/env/*' -o -path '*/releases/*.env' \) \
  ! -perm 600 | sed 's|^|with another mode: |'
# While a health check is begun, runc writes the container's environment down for it.
grep -arF -f /run/canary --exclude-dir=env --exclude='*.env' --exclude='runc-process*' /home/operator/.local /home/operator/.bash_history /root/.bash_history \
  /tmp /var/log 2>/dev/null
cd /home/operator/apps/huleedu && grep -arlF -f /run/canary --exclude='.env*' .
true"#;

#[tokio::test]
async fn no_secret_is_seen_anywhere() {
    let stage = Stage::deployed().await;
    // The release that is gone back to later.
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    plant(&stage).await;
    let began = stage.root(BEGAN).await;
    stage.root(watch::BEGIN).await;
    let watch = Watch::begin(MARK, LOOK_EVERY);
    let (said, typed) = everything_that_is_said(&stage).await;
    let looked = recorded(&stage).await;
    let here = watch.end();
    stage.root(watch::END).await;
    let there = stage.lab.root(SEARCH, &[&began]).await.expect("the host answers").stdout;
    let drop = "docker exec shared-postgres psql -qU postgres -c 'drop table canary'";
    stage.root(&format!("rm -rf /run/canary /run/watched /home/operator/backups; {drop}")).await;
    stage.lab.reset().await.expect("the host is reset");
    // The role gets its usual password back.
    stage.hemma(&["day2", "mirror-repo", "--yes"]).await.exits(0);
    stage.hemma(&["day2", "shared-db", "--yes"]).await.exits(0);
    let help = stage.hemma(&["--help"]).await;

    assert_eq!(untried(&help.stdout, &typed), [""; 0], "nobody listened to what these say");
    for ran in &said {
        assert!(!ran.stdout.contains(MARK) && !ran.stderr.contains(MARK), "{ran}");
    }
    clean(MARK, "a recording", &looked);
    assert!(here.is_empty(), "the processes on this machine: {here:#?}");
    assert_eq!(there.trim(), "", "the host");
    // A dump holds what the database holds; that is its purpose.
    std::fs::remove_dir_all(stage.here().join("dumps")).expect("a dump was written");
    let written = files(stage.here());
    for wanted in ["journal.jsonl", "deployed.toml", "databases.toml", "back.toml", "failed.toml"] {
        assert!(written.iter().any(|it| it.ends_with(wanted)), "{wanted} was not written");
    }
    for file in written {
        let text = std::fs::read(&file).expect("it is there");
        clean(MARK, &file.display().to_string(), &String::from_utf8_lossy(&text));
    }
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("it is there").flatten();
    let below = entries.flat_map(|it| match it.path() {
        path if path.is_dir() => files(&path),
        path => vec![path],
    });
    below.collect()
}

#[track_caller]
fn clean(mark: &str, place: &str, text: &str) {
    let found: Vec<_> = text.lines().filter(|it| it.contains(mark)).collect();
    assert!(found.is_empty(), "{place}: {found:#?}");
}

async fn plant(stage: &Stage) {
    let line = |(key, value): (&str, &str)| {
        let quote = if value.contains('\'') { '"' } else { '\'' };
        format!("{key}={quote}{value}{quote}\n")
    };
    let lines = NEEDED.map(line).concat() + FURTHER;
    let forget = NEEDED.map(|(key, _)| format!("-e '/^{key}=/d'")).join(" ");
    stage.root(&format!("sed -i {forget} /home/operator/apps/huleedu/.env")).await;
    let planted = stage.lab.root(PLANT, &[&lines]).await.expect("the host answers");
    assert!(planted.success(), "{}{}", planted.stdout, planted.stderr);
}

/// The commands of the help that are about secrets and were not among `typed`.
fn untried(help: &str, typed: &BTreeSet<String>) -> Vec<String> {
    let commands = help.lines().skip_while(|it| *it != "Commands:").skip(1);
    let commands = commands.map_while(|it| it.split_whitespace().next());
    let open = commands.filter(|it| !ELSEWHERE.contains(it) && !typed.contains(*it));
    open.map(str::to_owned).collect()
}

/// Runs with success, refusal, failure and rollback: in words, as JSON, and recorded. Returns them,
/// and every word that was typed.
async fn everything_that_is_said(stage: &Stage) -> (Vec<Ran>, BTreeSet<String>) {
    let mut said = Vec::new();
    let mut typed = BTreeSet::from(["exec", "env"].map(str::to_owned));
    let mut run = async |args: &[&str], exit: i32| {
        typed.extend(args.iter().map(|it| (*it).to_owned()));
        let ran = stage.hemma(args).await;
        if exit != WHATEVER {
            ran.exits(exit);
        }
        said.push(ran);
    };
    // The directory by which `dev record` recognizes the root of the repository.
    std::fs::create_dir(stage.here().join("hemma-cli")).expect("a place");
    stage.write("hemma-cli/RUNBOOK.md", "");
    let record = |name, typed: &[&'static str]| {
        let slug = ["dev", "record", "--verbose", "day2_5_first_deploy", name, "--origin", "lab"];
        slug.iter().copied().chain(["--"]).chain(typed.iter().copied()).collect::<Vec<_>>()
    };
    run(&["plan", "--json"], 4).await;
    run(&["plan"], 4).await;
    run(&record("deployed", &["deploy", "--yes"]), 0).await;
    run(&record("databases", &["day2", "shared-db", "--yes"]), 0).await;
    run(&["day2", "shared-db", "--json"], 0).await;
    run(&["status", "--json"], 0).await;
    run(&["status", "--verbose"], 0).await;
    for look in LOOKS {
        run(look, WHATEVER).await;
    }
    run(&["restart", "redis", "--yes", "--verbose"], 0).await;
    run(&["rebuild", "redis", "--yes", "--json"], 0).await;
    run(&["day2", "env-file", "--json"], 1).await;
    run(&["logs", "identity_service"], 0).await;
    stage.root("cp -p /home/operator/apps/huleedu/.env /run/planted").await;
    run(&record("back", &["rollback", "--yes"]), 0).await;
    // The release before has its own `.env`, without a secret that is known here, and each way back
    // restores it.
    let plant_again = async || {
        stage.root("cp -p /run/planted /home/operator/apps/huleedu/.env").await;
    };
    plant_again().await;
    stage.lab.push_fault("one-shot-fails", &[]).await.expect("it is pushed");
    run(&["deploy", "--yes", "--json"], 1).await;
    stage.lab.reset_remote().await.expect("the remote is reset");
    stage.lab.push_fault("invalid-compose", &[]).await.expect("it is pushed");
    run(&record("failed", &["deploy", "--yes"]), 0).await;
    // The content of the database goes into the file, and typed input goes in.
    run(&["backup", "postgres", "--yes", "--verbose"], 0).await;
    run(&["backup", "postgres", "--yes", "--json", "--plain", "--here", "dumps"], 0).await;
    run(&["backup", "none", "--yes"], 1).await;
    run(&["exec", "identity_service", "--", "sh", "-c", "printenv | wc -l"], 0).await;
    run(&["prune", "--yes", "--verbose"], 0).await;
    run(&["history", "--json"], 0).await;
    let swallow = ["exec", "redis", "--verbose", "--", "sh", "-c", "cat >/dev/null"];
    let fed = stage.fed(&swallow, "c4n4ry-typed-in\n").await;
    fed.exits(0);
    said.push(fed);
    plant_again().await;
    stage.root("rm /run/planted").await;
    for (value, exit) in [("c4n4ry-set 'it' \"$HOME\"\n", 1), ("c4n4ry\0nul", 1)] {
        let ran = stage.fed(&["env", "set", "CANARY_SET", "--yes", "--verbose"], value).await;
        said.push(ran);
        said.last().expect("it was said").exits(exit);
    }
    (said, typed)
}

/// The cassette of a deploy's looks.
async fn recorded(stage: &Stage) -> String {
    let (world, config) = (stage.recording_world(), stage.config());
    let situation = rollout::look(&world, &config).await;
    let report = rollout::status(&world, &config).await;
    world.close().await;
    format!("{}\n{situation:?}\n{report:?}", written_down(&world))
}
