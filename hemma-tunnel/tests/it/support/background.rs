//! A supervisor in a process of its own: this test program, started again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hemma_core::{Approval, Command, Consent, Progress, Report, World};
use hemma_tunnel::daemon::{
    Client, Error, InstanceDir, Start, Started, Stop, Stopped, run, verify,
};
use hemma_tunnel::{Clock, Forward, Options, SystemClock};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// What the process is told, in a file: a test program takes no arguments of its own.
#[derive(Serialize, Deserialize)]
struct Orders {
    seat: InstanceDir,
    ssh_config: PathBuf,
    forwards: Vec<Forward>,
}

const ORDERS: &str = "HEMMA_TUNNEL_TEST_ORDERS";

/// What makes this test program the process.
const PROCESS: [&str; 4] =
    ["--exact", "support::background::as_process", "--ignored", "--nocapture"];

/// Beside the orders: for how many seconds the machine has slept, and how many tasks there are.
const SLEPT: &str = "slept";
const TASKS: &str = "tasks";

/// The process itself. Run by [`Background`]; alone it does nothing.
#[test]
#[ignore = "this is the process that other tests start"]
fn as_process() {
    #[expect(clippy::disallowed_methods, reason = "a test program takes no arguments of its own")]
    let Ok(path) = std::env::var(ORDERS) else { return };
    let text = std::fs::read(&path).expect("the orders are there");
    let orders: Orders = serde_json::from_slice(&text).expect("they are ours");
    let mut options = Options::default();
    options.ssh.config_file = Some(orders.ssh_config);
    options.clock = Arc::new(Sleepy::by(Path::new(&path).with_file_name(SLEPT)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let counted = Path::new(&path).with_file_name(TASKS);
    let ended = runtime.expect("a runtime").block_on(async {
        tokio::spawn(count_tasks(counted));
        run(orders.seat, options, orders.forwards, std::future::pending()).await
    });
    ended.expect("it ends when it is told to");
}

/// Writes down how many tasks there are, which is not visible from outside.
async fn count_tasks(file: PathBuf) {
    loop {
        let alive = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let fresh = file.with_extension("new");
        std::fs::write(&fresh, alive.to_string()).expect("writable");
        std::fs::rename(&fresh, &file).expect("writable");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A machine that has slept as long as a file says.
#[derive(Debug, Default)]
struct Sleepy {
    usual: SystemClock,
    file: PathBuf,
}

impl Sleepy {
    fn by(file: PathBuf) -> Self {
        Self { usual: SystemClock::default(), file }
    }
}

impl Clock for Sleepy {
    fn now(&self) -> jiff::Timestamp {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        self.usual.now() + Duration::from_secs(text.parse().unwrap_or(0))
    }

    fn awake(&self) -> Duration {
        self.usual.awake()
    }
}

pub(crate) struct Background {
    pub(crate) seat: InstanceDir,
    dir: TempDir,
    world: World,
    approval: Approval,
}

impl Background {
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("hemma-run-").tempdir_in("/tmp");
        let dir = dir.expect("a directory");
        let seat = InstanceDir::new(dir.path().join("run"), super::host());
        let world = World::local();
        let approval = world.approve(Consent::Given).expect("it is not planning");
        Self { seat, dir, world, approval }
    }

    /// What the process has to know, in a file.
    fn orders(&self, ssh_config: PathBuf, forwards: Vec<Forward>) -> PathBuf {
        let file = self.dir.path().join("orders.json");
        let orders = Orders { seat: self.seat.clone(), ssh_config, forwards };
        std::fs::write(&file, serde_json::to_vec(&orders).expect("serializes")).expect("writable");
        file
    }

    /// The words of a command line for something else to start it with.
    pub(crate) fn line(&self, ssh_config: PathBuf, forwards: Vec<Forward>) -> Vec<String> {
        let file = self.orders(ssh_config, forwards);
        let program = std::env::current_exe().expect("a test runs from a file");
        let mut words = vec![format!("{ORDERS}={}", file.display()), program.display().to_string()];
        words.extend(PROCESS.map(str::to_owned));
        words
    }

    pub(crate) async fn start(
        &self,
        ssh_config: PathBuf,
        forwards: Vec<Forward>,
    ) -> Result<Started, Error> {
        let file = self.orders(ssh_config, forwards.clone());
        let start =
            Start { seat: self.seat.clone(), forwards, command: again(&file), patience_s: 15 };
        self.world.apply(&start, &self.approval, &Progress::silent()).await
    }

    /// Lets the machine sleep, as far as the process can tell.
    pub(crate) fn sleep(&self, seconds: u64) {
        let (file, fresh) = (self.dir.path().join(SLEPT), self.dir.path().join("slept.new"));
        let before = std::fs::read_to_string(&file).ok().and_then(|it| it.parse().ok());
        let slept = before.unwrap_or(0) + seconds;
        std::fs::write(&fresh, slept.to_string()).expect("writable");
        std::fs::rename(&fresh, &file).expect("writable");
    }

    /// The tasks in the process, now: what was counted before the question is thrown away, and so
    /// is what it may have been about to write down.
    pub(crate) async fn tasks(&self) -> usize {
        self.tasks_written().await;
        self.tasks_written().await
    }

    /// The next count that is written down.
    async fn tasks_written(&self) -> usize {
        let file = self.dir.path().join(TASKS);
        // None was written since the last one that was thrown away.
        let _ = std::fs::remove_file(&file);
        for _ in 0..500 {
            if let Ok(text) = std::fs::read_to_string(&file) {
                return text.parse().expect("a count is renamed into place whole");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it counts its tasks all the time");
    }

    pub(crate) async fn client(&self) -> Option<Client> {
        Client::find(&self.seat).await.expect("it can be looked for")
    }

    pub(crate) async fn verify(&self, forwards: &[Forward]) -> Report {
        verify(&self.world, &self.seat, forwards).await
    }

    pub(crate) async fn stop(&self) -> Result<Stopped, Error> {
        let stop = Stop { seat: self.seat.clone(), only: Vec::new() };
        self.world.apply(&stop, &self.approval, &Progress::silent()).await
    }
}

fn again(orders: &Path) -> Command {
    let program = std::env::current_exe().expect("a test runs from a file");
    let words = [orders, &program].map(|it| it.display().to_string());
    let line = format!("{ORDERS}=\"$1\" exec \"$2\" {}", PROCESS.join(" "));
    Command::script(&line, words).limit(Duration::from_secs(5))
}
