//! Dumps of real databases: complete, or absent; and interruptions on the way.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use crate::hemma::Ran;
use crate::stage::{Stage, until};

/// A database of 30 MB; prints since when PostgreSQL runs.
const PLENTY: &str = r#"
psql() { docker exec -i shared-postgres psql -qAtX -v ON_ERROR_STOP=1 -U postgres "$@"; }
psql -c 'drop database if exists "hemma ba=ckup"' -c 'create database "hemma ba=ckup"'
psql -d "dbname='hemma ba=ckup'" -c "create table plenty as
  select g, md5(g::text) || repeat(md5((g + 1)::text), 8) as t from generate_series(1, 90000) g"
psql -c 'select pg_postmaster_start_time()'"#;

/// A database of 40 MB that hardly compresses, so that its dump takes a second or two; prints since
/// when PostgreSQL runs.
const NOISE: &str = r#"
psql() { docker exec shared-postgres psql -qAtX -v ON_ERROR_STOP=1 -U postgres "$@"; }
psql -c 'create database "hemma ba=ckup"'
psql -d "dbname='hemma ba=ckup'" -c "create table noise as
  select g, string_agg(md5((g * 64 + i)::text), '') as t
  from generate_series(1, 20000) g, generate_series(0, 63) i group by g"
psql -c 'select pg_postmaster_start_time()'"#;

/// Whether a dump on the host has begun to fill its file.
const FILLS: &str =
    r"find /home/operator/backups -size +0 -type f 2>/dev/null | grep -q . || echo none";

const NAME: &str = "hemma ba=ckup";
const FILE: &str = "hemma%20ba%3Dckup-";

/// Restores a dump, and prints the result.
const RESTORED: &str = r#"
docker exec -i shared-postgres psql -qX -U postgres -c 'create database hemma_restored'
docker exec -i shared-postgres pg_restore -U postgres -d hemma_restored <"$1"
docker exec shared-postgres psql -qAtX -U postgres -d hemma_restored -c 'select count(*), max(g) from plenty'
docker exec shared-postgres psql -qX -U postgres -c 'drop database hemma_restored'
stat -c '%a %U' "$1""#;

const FORGET: &str = r#"
docker start shared-postgres >/dev/null
for _ in $(seq 100); do docker exec shared-postgres pg_isready -q -U postgres && break; sleep 0.1; done
docker exec shared-postgres psql -qX -U postgres -c 'drop database if exists "hemma ba=ckup"' 2>/dev/null
umount /home/operator/small 2>/dev/null
rm -rf /home/operator/backups /home/operator/small"#;

/// Alters the table in another connection: a dump waits, until that is ended.
const HOLD: &str = r#"
docker exec -d shared-postgres psql -qX -U postgres -d "dbname='hemma ba=ckup'" \
  -c 'begin; lock table plenty; select pg_sleep(120)'
for _ in $(seq 100); do
  docker exec shared-postgres psql -qAtX -U postgres -c "select 1 from pg_stat_activity where query like '%pg_sleep(120)' and state = 'active' and pid <> pg_backend_pid()" | grep -q 1 && exit 0
  sleep 0.1
done
exit 1"#;

const LET_GO: &str = r#"
docker exec shared-postgres psql -qAtX -U postgres -c "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(120)' and pid <> pg_backend_pid()" >/dev/null
"#;

/// The connection of a running `pg_dump`.
const DUMPS: &str = r#"docker exec shared-postgres psql -qAtX -U postgres -c \
  "select case when count(*) = 0 then 'none' end from pg_stat_activity where application_name like 'hemma-backup%'""#;

/// The time since which PostgreSQL runs, and the number of its recent crashes.
const SINCE: &str = r"
docker exec shared-postgres psql -qAtX -U postgres -c 'select pg_postmaster_start_time()'
docker logs --since 5m shared-postgres 2>&1 | grep -c 'terminating any other active server processes'
true";

/// Remains of dumps on the host: files, and connections of `pg_dump`.
const LEFT: &str = r#"
ls -A /home/operator/backups 2>/dev/null
docker exec shared-postgres psql -qAtX -U postgres -c \
  "select application_name from pg_stat_activity where application_name like 'hemma-backup%'""#;

#[tokio::test]
async fn a_dump_is_whole_and_goes_where_it_should_and_nothing_half_is_left() {
    let stage = Stage::deployed().await;
    stage.root(FORGET).await;
    let started = stage.root(PLENTY).await;
    let here = stage.here().join("dumps");
    let to_here = ["backup", NAME, "--yes", "--here", "dumps"];

    stage.hemma(&["backup", NAME]).await.refuses(2, "confirmation is required");
    stage.hemma(&["backup", NAME, "--plan"]).await.exits(4).says("~/backups on the host");
    stage.hemma(&["backup", "nope", "--yes"]).await.refuses(1, "there is no database `nope`");
    assert_eq!(stage.root(LEFT).await, "");

    stage.root(HOLD).await;
    for signal in [Signal::INT, Signal::KILL] {
        for args in [&["backup", NAME, "--yes", "--plain"][..], &to_here] {
            let running = stage.start(args);
            running.has_said("dumping").await;
            until("it dumps", async || stage.root(DUMPS).await).await;
            running.signal(signal);
            let ran = running.end().await;
            assert_ne!(ran.exit, Some(0), "{args:?} {signal:?}\n{ran}");
            until("nothing half is left there", async || stage.root(LEFT).await).await;
            assert!(whole(&here).is_empty(), "{args:?} {signal:?}");
            stage.is_quiet().await;
        }
    }

    stage.root(LET_GO).await;
    let there = stage.hemma(&["backup", NAME, "--yes"]).await;
    there.exits(0).says("~/backups/hemma%20ba%3Dckup-");
    let restore = "set -- /home/operator/backups/*.dump; ";
    let restored = stage.root(&format!("{restore}{RESTORED}")).await;
    assert_eq!(restored, "90000|90000\n600 operator");

    let plain = stage.hemma(&[&to_here[..], &["--plain"]].concat()).await;
    plain.exits(0).says(".sql");
    let files = whole(&here);
    let [file] = &files[..] else { panic!("{files:?}\n{plain}") };
    let text = std::fs::read_to_string(here.join(file)).expect("it is text");
    assert!(text.contains("COPY public.plenty") && text.contains("\n90000\t"), "{file}");
    let mode = here.join(file).metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    stage.hemma(&["history"]).await.says("done    dump database hemma ba=ckup to ");
    // The server must not take a dump that is cut for a crash.
    let now = stage.root(SINCE).await;
    stage.root(FORGET).await;
    assert_eq!(now, format!("{started}\n0"));
}

#[tokio::test]
async fn what_keeps_a_dump_from_being_made_is_one_clear_line() {
    let stage = Stage::deployed().await;
    stage.root(FORGET).await;
    stage.root(PLENTY).await;
    let small = "mkdir -p /home/operator/small && mount -t tmpfs -o size=1m,mode=777 none /home/operator/small";
    stage.root(small).await;
    let full = stage.hemma(&["backup", NAME, "--yes", "--plain", "--to", "~/small"]).await;
    one(&full, "the disk is full");
    assert_eq!(stage.root("ls -A /home/operator/small").await, "");

    let nowhere = stage.hemma(&["backup", NAME, "--yes", "--to", "/proc/x"]).await;
    one(&nowhere, "could not write `/proc/x/");
    let nowhere = stage.hemma(&["backup", NAME, "--yes", "--here", "/proc/x"]).await;
    one(&nowhere, "could not write `/proc/x/");

    stage.root(HOLD).await;
    let running = stage.start(&["backup", NAME, "--yes", "--plain"]);
    running.has_said("dumping").await;
    until("it dumps", async || stage.root(DUMPS).await).await;
    stage.root("docker kill shared-postgres >/dev/null").await;
    let killed = running.end().await;
    assert_eq!((killed.exit, killed.problems().len()), (Some(1), 1), "{killed}");
    assert_eq!(stage.root("ls -A /home/operator/backups").await, "", "{killed}");
    let down = stage.hemma(&["backup", NAME, "--yes"]).await;
    down.refuses(1, "is not running").says("docker start shared-postgres");
    stage.root(FORGET).await;
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_link_that_dies_in_the_middle_leaves_nothing_half_and_the_next_dump_is_whole() {
    let stage = Stage::deployed().await;
    stage.root(FORGET).await;
    let started = stage.root(NOISE).await;
    let here = stage.here().join("dumps");
    let fills =
        async || if stage.root(FILLS).await.is_empty() || filled(&here) { "" } else { "none" };
    for args in [&["backup", NAME, "--yes"][..], &["backup", NAME, "--yes", "--here", "dumps"]] {
        let linked = stage.lab.link(Duration::ZERO).await.expect("it opens");
        let config = linked.config_file.display().to_string();
        let running = stage.start(&[args, &["--config", &config]].concat());
        running.has_said("dumping").await;
        until("some of it is written", async || fills().await.to_owned()).await;
        linked.link.cut();
        let cut = running.end().await;
        cut.refuses(3, "could not find out what pg_dump in shared-postgres on hemma did");
        cut.says("was lost while `pg_dump ").says("half  dump database").says("hint: ");
        assert_eq!(entries(&here), [""; 0], "{cut}");
        until("nothing is left of it", async || stage.root(LEFT).await).await;
        stage.is_quiet().await;

        stage.hemma(args).await.exits(0).says("MB in ");
        stage.root("rm -rf /home/operator/backups").await;
        let _ = std::fs::remove_dir_all(&here);
    }
    let now = stage.root(SINCE).await;
    stage.root(FORGET).await;
    assert_eq!(now, format!("{started}\n0"));
}

/// Whether a file here has content, under any name.
fn filled(directory: &Path) -> bool {
    let has_bytes = |it: &String| directory.join(it).metadata().is_ok_and(|it| it.len() > 0);
    entries(directory).iter().any(has_bytes)
}

/// One finding, with its hint.
#[track_caller]
fn one(ran: &Ran, words: &str) {
    ran.refuses(1, words).says("hint: ");
}

/// The files with the name of a dump.
fn whole(directory: &Path) -> Vec<String> {
    entries(directory).into_iter().filter(|it| it.starts_with(FILE)).collect()
}

fn entries(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect()
}
