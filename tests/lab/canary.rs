//! Secrets never appear: twenty known ones are on the host, and everything that hemma says, writes
//! or starts is searched for them.

use std::time::Duration;

use hemma_core::{Config, Live, Origin, Scene, SshOptions, World};
use hemma_docker::rollout;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::hemma::Ran;
use crate::stage::Stage;

/// In each of the secrets, and nowhere else.
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

/// What else a `.env` may hold, in all shapes.
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

/// Writes the values into the `.env` and the database.
const PLANT: &str = r#"
printf '%s\n' "$1" >> /home/operator/apps/huleedu/.env
docker exec shared-postgres psql -qU postgres \
  -c "drop table if exists canary" -c "create table canary as select 'c4n4ry-row' as secret"
sleep 1"#;

/// Begins to watch what runs on the host; the mark itself is in no command line.
const WATCH: &str = r#"
printf 'c4n%s' 4ry > /run/canary
: > /run/canary-seen
setsid sh -c 'while [ -e /run/canary ]; do
  for it in /proc/[0-9]*; do
    tr "\0" " " <"$it/cmdline" 2>/dev/null; echo
  done | grep -aF -f /run/canary >>/run/canary-seen
done' </dev/null >/dev/null 2>&1 &
date +%s"#;

/// What is on the host besides the places where the secrets belong.
const SEARCH: &str = r#"
cat /run/canary-seen
docker events --since "$1" --until "$(date +%s)" | grep -aF -f /run/canary
grep -arF -f /run/canary /home/operator/.local /home/operator/.bash_history /root/.bash_history \
  /tmp /var/log 2>/dev/null
cd /home/operator/apps/huleedu && grep -arlF -f /run/canary --exclude='.env*' .
true"#;

#[tokio::test]
async fn no_secret_is_seen_anywhere() {
    let stage = Stage::deployed().await;
    plant(&stage).await;
    let began = stage.root(WATCH).await;
    let (seen_here, watch) = watch_this_machine();
    let said = everything_that_is_said(&stage).await;
    watch.abort();
    let here = std::fs::read_to_string(stage.here().join("state/hemma/huleedu/journal.jsonl"));
    let written = recorded(&stage).await;
    let there = stage.lab.root(SEARCH, &[&began]).await.expect("the host answers").stdout;
    let drop = "docker exec shared-postgres psql -qU postgres -c 'drop table canary'";
    stage.root(&format!("rm -rf /run/canary /home/operator/backups; {drop}")).await;
    stage.lab.reset().await.expect("the host is reset");

    for ran in &said {
        assert!(!ran.stdout.contains(MARK) && !ran.stderr.contains(MARK), "{ran}");
    }
    clean("the journal on this machine", &here.expect("a run was journalled"));
    clean("a recording", &written);
    clean("the host", &there);
    clean("the processes of this machine", &seen_here.borrow());
}

/// Begins to watch what runs on this machine.
fn watch_this_machine() -> (watch::Receiver<String>, JoinHandle<()>) {
    let (seen, so_far) = watch::channel(String::new());
    let watching = tokio::spawn(async move {
        loop {
            let processes = std::fs::read_dir("/proc").expect("Linux has it").flatten();
            let lines = processes.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
            for line in lines.map(|it| String::from_utf8_lossy(&it).replace('\0', " ")) {
                if line.contains(MARK) {
                    seen.send_modify(|it| *it = format!("{it}{line}\n"));
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    (so_far, watching)
}

#[track_caller]
fn clean(place: &str, text: &str) {
    let found: Vec<_> = text.lines().filter(|it| it.contains(MARK)).collect();
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

/// Successes, refusals, failures and what is taken back, in words and as JSON.
async fn everything_that_is_said(stage: &Stage) -> Vec<Ran> {
    let mut said = Vec::new();
    let mut run = async |args: &[&str], exit: i32| {
        let ran = stage.hemma(args).await;
        ran.exits(exit);
        said.push(ran);
    };
    run(&["plan", "--json"], 4).await;
    run(&["deploy", "--yes", "--verbose"], 0).await;
    run(&["status", "--json"], 0).await;
    run(&["status", "--verbose"], 0).await;
    run(&["day0", "preconditions"], 0).await;
    run(&["logs", "identity_service"], 0).await;
    stage.lab.push_fault("one-shot-fails", &[]).await.expect("it is pushed");
    run(&["deploy", "--yes", "--json"], 1).await;
    stage.lab.reset_remote().await.expect("the remote is reset");
    stage.lab.push_fault("invalid-compose", &[]).await.expect("it is pushed");
    run(&["deploy", "--yes", "--verbose"], 1).await;
    // What the database holds goes into the file, and what the operator types in goes in.
    run(&["backup", "postgres", "--yes", "--verbose"], 0).await;
    run(&["backup", "postgres", "--yes", "--json", "--plain", "--here", "dumps"], 0).await;
    run(&["backup", "none", "--yes"], 1).await;
    run(&["exec", "identity_service", "--", "sh", "-c", "printenv | wc -l"], 0).await;
    run(&["prune", "--yes", "--verbose"], 0).await;
    run(&["history"], 0).await;
    let typed = stage.write("typed", "c4n4ry-typed-in\n");
    let typed = std::fs::File::open(typed).expect("it was written");
    let fed = stage.fed(&["exec", "redis", "--verbose", "--", "sh", "-c", "cat >/dev/null"], typed);
    let fed = fed.await;
    fed.exits(0);
    said.push(fed);
    said
}

/// What a cassette of a deploy's looks holds.
async fn recorded(stage: &Stage) -> String {
    let text = std::fs::read_to_string(stage.here().join("hemma.toml")).expect("it is there");
    let config = Config::parse(&text, "hemma.toml".as_ref()).expect("the lab wrote it");
    let config_file = Some(stage.lab.ssh_config());
    let world = World::recording(Live::new(SshOptions { config_file, ..SshOptions::default() }));
    let situation = rollout::look(&world, &config).await;
    let report = rollout::status(&world, &config).await;
    world.close().await;
    let scene = Scene {
        typed: "test".to_owned(),
        origin: Origin::Lab,
        now: world.now(),
        tool: String::new(),
        config: String::new(),
    };
    format!("{}\n{situation:?}\n{report:?}\n{:?}", world.cassette(scene), world.steps())
}
