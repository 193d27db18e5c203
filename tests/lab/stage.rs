//! The host of a test, which the test has to itself.
//!
//! There are two, because a test mostly waits: for a gate, a build, a health check. A third would
//! have nothing to run on, as two keep two cores busy. A test takes a free one. The second comes up
//! when a test first finds the first one taken, so that a single test, or `--test-threads 1`, uses
//! only one host.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hemma_core::{
    Approval, Command, Consent, Exec, Live, Origin, Progress, Scene, SshOptions, World,
};
use hemma_deploy::Config;
use hemma_deploy::lock::Holder;
use hemma_lab::{Claim, Lab};
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::hemma::{Ran, Running, ssh_with};
use crate::terminal::Terminal;

/// One of the two hosts; it is brought up by the test that has its turn first.
struct Host {
    turn: Mutex<()>,
    lab: OnceCell<Lab>,
}

static FIRST: Host = Host::new();
static SECOND: Host = Host::new();

/// The first pause between two looks at a condition. A look costs more than most of what is waited
/// for, so the pauses grow with the time.
const SOON: Duration = Duration::from_millis(40);
const SELDOM: Duration = Duration::from_millis(500);

/// The time limit of a condition.
const LONG: Duration = Duration::from_secs(180);

/// The host, the remote, and a directory with a `hemma.toml`.
pub(crate) struct Stage {
    pub(crate) lab: Lab,
    here: TempDir,
    _claim: Claim,
    _turn: MutexGuard<'static, ()>,
}

/// Everything on the host that a run might have changed, one line each.
pub(crate) struct Traces(BTreeSet<String>);

const TRACES: &str = r#"
dir=/home/operator/apps/huleedu
docker ps --all --no-trunc --format 'container {{.Names}} {{.ID}} {{.State}}'
# What keeps the image of a running container over a build goes with the next release.
docker images --no-trunc --format 'image {{.Repository}}:{{.Tag}} {{.ID}}' | grep -v ':running '
# The engine makes a new `bridge` each time that it starts.
docker network ls --no-trunc --format 'network {{.Name}} {{.ID}}' | grep -v '^network bridge '
docker volume ls --format 'volume {{.Name}}'
git() { runuser -u operator -- git -C "$dir" "$@"; }
if [ -e "$dir/.git" ]; then
  echo "head $(git rev-parse HEAD) on $(git symbolic-ref --quiet HEAD)"
  git for-each-ref --format='ref %(refname) %(objectname)'
  git status --porcelain
fi
sha256sum "$dir"/.env* 2>/dev/null
ls -A "$dir"
# Health checks come and go.
ls -A /tmp | grep -v '^runc-process'"#;

impl Traces {
    /// Expects the traces to be those from before.
    pub(crate) fn are(&self, before: &Self) {
        let beside = |one: &Self, other: &Self| -> Vec<String> {
            one.0.difference(&other.0).cloned().collect()
        };
        let (gone, new) = (beside(before, self), beside(self, before));
        assert!(gone.is_empty() && new.is_empty(), "gone: {gone:#?}\nnew: {new:#?}");
    }
}

impl Host {
    const fn new() -> Self {
        Self { turn: Mutex::const_new(()), lab: OnceCell::const_new() }
    }

    /// Takes a free host, the first one rather than the second.
    async fn take() -> (&'static Self, MutexGuard<'static, ()>) {
        tokio::select! {
            biased;
            turn = FIRST.turn.lock() => (&FIRST, turn),
            turn = SECOND.turn.lock() => (&SECOND, turn),
        }
    }

    async fn lab(&self) -> &Lab {
        let say = Progress::silent();
        let first = FIRST.lab.get_or_init(async || Lab::up(&say).await.expect("the lab comes up"));
        // One after the other: the second one uses what the first one builds.
        let first = first.await;
        if std::ptr::eq(self, &raw const FIRST) {
            return first;
        }
        let second = async || first.second(&say).await.expect("the second lab comes up");
        self.lab.get_or_init(second).await
    }
}

impl Stage {
    /// The host in its present state, but repaired.
    pub(crate) async fn set() -> Self {
        let (host, turn) = Host::take().await;
        let lab = host.lab().await.again().await.expect("the lab is up");
        let claim = lab.claim().await.expect("nobody holds the lab for ever");
        lab.mend_host().await.expect("the host is mended");
        let internet = lab.internet("/lab/router open && /lab/dns reset", &[]).await;
        assert!(internet.is_ok_and(|it| it.success()), "the internet is mended");
        let here = tempfile::tempdir().expect("a place");
        std::fs::copy(lab.config_file(), here.path().join("hemma.toml")).expect("it is copied");
        Self { lab, here, _claim: claim, _turn: turn }
    }

    /// The host before its first deploy, without the application's images.
    pub(crate) async fn fresh() -> Self {
        let stage = Self::set().await;
        stage.lab.reset().await.expect("the host is reset");
        let reference = ["huleedu-*", "hemma.keep/*/*"].map(|it| format!("reference={it}"));
        let [own, kept] = reference.each_ref().map(String::as_str);
        let list = "docker image ls --format '{{.Repository}}:{{.Tag}}' --filter";
        let forget = format!(r#"for f; do {list} "$f"; done | xargs -r docker rmi >/dev/null"#);
        let output = stage.lab.root(&forget, &[own, kept]).await.expect("the host answers");
        assert!(output.success(), "{}", output.stderr);
        stage
    }

    /// The host with the application running on it, at the tip of the remote's branch.
    pub(crate) async fn deployed() -> Self {
        let stage = Self::set().await;
        let plan = stage.hemma(&["plan"]).await;
        if plan.exit != Some(0) {
            let reset = stage.lab.reset().await;
            assert!(reset.is_ok(), "the host is reset: {reset:?}, because of\n{plan}");
            let deploy = stage.hemma(&["deploy", "--yes"]).await;
            assert_eq!(deploy.exit, Some(0), "{deploy}\nThis was deployed because of\n{plan}");
        }
        stage
    }

    /// The directory that hemma runs in.
    pub(crate) fn here(&self) -> &Path {
        self.here.path()
    }

    /// Writes a file into the directory.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.here().join(name);
        std::fs::write(&path, text).expect("it is written");
        path
    }

    /// The `hemma.toml` of the directory.
    pub(crate) fn config(&self) -> Config {
        let text = std::fs::read_to_string(self.here().join("hemma.toml")).expect("it is there");
        Config::parse(&text, Path::new("hemma.toml")).expect("hemma wrote it")
    }

    /// Changes the `hemma.toml` of the directory.
    pub(crate) fn configure(&self, change: impl FnOnce(&mut Config)) {
        let mut config = self.config();
        change(&mut config);
        self.write("hemma.toml", &toml::to_string(&config).expect("it holds plain values"));
    }

    /// Runs hemma to its end. It leaves no process behind, here or on the host.
    pub(crate) async fn hemma(&self, args: &[&str]) -> Ran {
        let ran = self.start(args).end().await;
        self.is_quiet().await;
        ran
    }

    /// Starts a run.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        Running::start(&self.lab, self.here(), args)
    }

    /// Runs hemma to its end with something on its standard input.
    pub(crate) async fn fed(&self, args: &[&str], input: impl AsRef<[u8]>) -> Ran {
        let ran = Running::fed(&self.lab, self.here(), args, input.as_ref()).end().await;
        self.is_quiet().await;
        ran
    }

    /// Starts a run with a person at its terminal.
    pub(crate) fn seated(&self, args: &[&str], editor: &str) -> (Running, Terminal) {
        Running::seated(&self.lab, self.here(), args, editor)
    }

    /// Starts a run with all streams on a terminal.
    pub(crate) fn seated_wholly(&self, args: &[&str]) -> (Running, Terminal) {
        Running::seated_wholly(&self.lab, self.here(), args)
    }

    /// Starts a run, and interrupts it as soon as standard error has `words` in it.
    pub(crate) async fn interrupted(&self, args: &[&str], words: &str, signal: Signal) -> Ran {
        let running = self.start(args);
        running.has_said(words).await;
        running.signal(signal);
        let ran = running.end().await;
        self.is_quiet().await;
        ran
    }

    /// A world that reaches the host over one connection.
    pub(crate) fn world(&self) -> World {
        World::live(self.live())
    }

    /// A world over one connection that records everything.
    pub(crate) fn recording_world(&self) -> World {
        World::recording(self.live())
    }

    fn live(&self) -> Live {
        let config_file = Some(self.lab.ssh_config());
        Live::new(SshOptions { config_file, ..SshOptions::default() })
    }

    /// The output of a script that runs as root on the host.
    pub(crate) async fn root(&self, script: &str) -> String {
        let output = self.lab.root(script, &[]).await.expect("the host answers");
        assert!(output.success(), "{script}\n{}{}", output.stdout, output.stderr);
        output.stdout.trim_end().to_owned()
    }

    /// The output of a script that runs in the checkout on the host, as the operator.
    pub(crate) async fn operator(&self, script: &str) -> String {
        let line = r#"cd /home/operator/apps/huleedu && runuser -u operator -- sh -c "$1""#;
        let output = self.lab.root(line, &[script]).await.expect("the host answers");
        assert!(output.success(), "{script}\n{}{}", output.stdout, output.stderr);
        output.stdout.trim_end().to_owned()
    }

    /// Breaks the host in a way of `/lab/break`.
    pub(crate) async fn breaks(&self, way: &[&str]) {
        self.lab.break_host(way[0], &way[1..]).await.expect("it can be broken");
    }

    /// Repairs the host.
    pub(crate) async fn mends(&self) {
        self.lab.mend_host().await.expect("it can be mended");
    }

    /// The traces on the host.
    pub(crate) async fn traces(&self) -> Traces {
        let seen = self.lab.root(TRACES, &[]).await.expect("the host answers");
        Traces(seen.stdout.lines().map(str::to_owned).collect())
    }

    /// Expects everything on the host to be as it was.
    pub(crate) async fn is_as(&self, before: &Traces) {
        self.traces().await.are(before);
    }

    /// Waits until no ssh of the test is left on this machine and no process of it on the host.
    pub(crate) async fn is_quiet(&self) {
        let here = async || ssh_with(self.lab.directory()).join("\n");
        until("no ssh is left on this machine", here).await;
        until("no process is left on the host", async || self.on_the_host().await).await;
    }

    /// The operator's processes on the host, and those that run for them as root.
    async fn on_the_host(&self) -> String {
        self.root(
            "ps -eo euser=,comm=,pid=,args= | awk '
                $1 == \"operator\" || $2 ~ /^(sudo|docker|docker-compose|git)$/ {
                    $1 = $2 = \"\"; print
                }'",
        )
        .await
    }
}

/// The consent of an operator to a command, and the operator as a holder.
pub(crate) fn consent(world: &World, doing: &str) -> (Approval, Holder) {
    let (who, from, doing) = ("me".to_owned(), "here".to_owned(), doing.to_owned());
    let approval = world.approve(Consent::Given).expect("it is a live world");
    (approval, Holder { who, from, since: world.now(), doing })
}

/// Everything that a recording world has recorded.
pub(crate) fn written_down(world: &World) -> String {
    let scene = Scene {
        typed: "test".to_owned(),
        origin: Origin::Lab,
        now: world.now(),
        tool: String::new(),
        config: String::new(),
    };
    format!("{}\n{:?}", world.cassette(scene), world.steps())
}

/// A command on the host, as a question.
pub(crate) fn on_host(command: Command) -> Exec {
    Exec::on(&"hemma".parse().expect("an alias"), command)
}

/// Waits until `left` is empty: the awaited state comes soon, or never.
pub(crate) async fn until(what: &str, left: impl AsyncFn() -> String) {
    let (began, mut rest) = (Instant::now(), SOON);
    loop {
        let still = left().await;
        if still.is_empty() {
            return;
        }
        assert!(began.elapsed() < LONG, "{what}, was expected; there is\n{still}");
        tokio::time::sleep(rest).await;
        rest = (rest * 3 / 2).min(SELDOM);
    }
}
