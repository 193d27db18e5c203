//! A tunnel compared with `ssh -L` and autossh with the runbook's options, over the practice host's
//! link.

mod client;
mod service;
mod ways;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use hemma_cli::{Answer, Failure, Run};
use hemma_lab::{Lab, Linked};
use hemma_tunnel::Forward;
use hemma_tunnel::daemon::InstanceDir;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::sample::{Sample, ratio};
use client::{answers, fetch, requests};
use ways::{Way, free_port};

/// Compare a tunnel with `ssh -L`, and with autossh and the runbook's options
///
/// Measure an optimised build: `cargo run --release -p hemma-xtask -- dev bench tunnel`. It takes
/// ten minutes, most of which are autossh's. Memory and processor time are those of Linux.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How large a transfer is
    #[arg(long, default_value_t = 500)]
    megabytes: u64,
    /// How often each transfer is measured
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// Small requests on one connection
    #[arg(long, default_value_t = 1000)]
    requests: u32,
    /// Seconds in which the tunnel is idle
    #[arg(long, default_value_t = 60)]
    idle: u64,
    /// Seconds for which the network is away
    #[arg(long, default_value_t = 30)]
    away: u64,
}

/// The round trip time.
const ROUND_TRIP: Duration = Duration::from_millis(30);

/// autossh gives up for good when its first connection ends sooner than this.
const GATE: Duration = Duration::from_secs(31);

/// Longer than autossh's pause between two attempts.
const LIMIT: Duration = Duration::from_secs(660);

/// A way could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{0} does not answer")]
struct Closed(&'static str);

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let lab = Lab::up(&run.progress()).await?;
        let _claim = lab.claim().await?;
        let linked = lab.link(ROUND_TRIP).await?;
        let service = service::start(&lab).await?;
        let directory = lab.directory().join("bench");
        let measured = self.measure(run, &linked, service.port, &directory).await;
        // The directory was made for this way, and is made again for the next.
        let _ = std::fs::remove_dir_all(&directory);
        service.stop(&lab).await?;
        run.terminal().idle();
        Ok(Answer::text(measured?))
    }

    async fn measure(
        &self,
        run: &Run<'_>,
        over: &Linked,
        port: u16,
        directory: &Path,
    ) -> Result<String, Failure> {
        let forward = Forward::new("bench".parse().map_err(Failure::usage)?, free_port()?, port);
        let forward = forward.map_err(Failure::usage)?;
        let here = forward.local_port();
        let seat = InstanceDir::new(directory, run.config().host.alias.clone());
        // The settings that `tunnel start` passes to the background process.
        let told = json!({ "seat": seat, "ssh_config": over.ssh_config, "forwards": [forward] });
        let ours = Way::ours(&told.to_string(), here)?;
        let plain = Way::ssh(&over.ssh_config, port)?;
        let autossh = Way::autossh(&over.ssh_config, port)?;
        let opened = Instant::now();
        for (way, name) in [(&ours, "hemma"), (&plain, "ssh -L"), (&autossh, "autossh")] {
            answers(way.port, Duration::from_secs(30))
                .await
                .ok_or_else(|| Failure::unknown(Closed(name)))?;
        }
        let mut text = String::new();
        if cfg!(debug_assertions) {
            text += "this build is not optimised: its numbers mean little\n";
        }
        let say = |what: &str| run.terminal().busy(&format!("measuring: {what}"));
        say("an idle minute");
        text += &self.idle(&ours, &autossh).await;
        say("large transfers");
        text += &self.transfers(&ours, &plain).await?;
        say("small requests");
        text += &self.small(&ours, &plain).await?;
        plain.end().await;
        sleep((opened + GATE).saturating_duration_since(Instant::now())).await;
        say("a frozen link");
        over.link.freeze();
        text += &both("from a frozen link to the first answer", &ours, &autossh, "5 s").await;
        say("a network that was away");
        over.link.cut();
        sleep(Duration::from_secs(self.away)).await;
        over.link.mend();
        text += &both("from network-back to the first answer", &ours, &autossh, "2 s").await;
        ours.end().await;
        autossh.end().await;
        Ok(text)
    }

    async fn idle(&self, ours: &Way, autossh: &Way) -> String {
        let idle = Duration::from_secs(self.idle.max(1));
        let before = [ours, autossh].map(|it| ways::processor_time(it.pid()));
        sleep(idle).await;
        let mut text = format!("idle for {} s (goal: 15 MB, 0.2 %)\n", idle.as_secs());
        for (name, way, before) in [("hemma", ours, before[0]), ("autossh", autossh, before[1])] {
            let spent = ways::processor_time(way.pid()).saturating_sub(before);
            let percent = spent.as_secs_f64() * 100.0 / idle.as_secs_f64();
            let megabytes = ways::memory_bytes(way.pid()) / 1e6;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {name:8} {megabytes:.1} MB, {percent:.2} % of a processor");
        }
        text
    }

    /// Measured in turn, so that a machine that slows down slows both.
    async fn transfers(&self, ours: &Way, plain: &Way) -> Result<String, Failure> {
        let bytes = self.megabytes * 1_000_000;
        let (mut a, mut b) = (Sample::default(), Sample::default());
        for _ in 0..self.runs.max(1) {
            a.add(fetch(ours.port, bytes).await?);
            b.add(fetch(plain.port, bytes).await?);
        }
        let goal = format!("{:.3} of its throughput (goal: 0.95)", ratio(b.median(), a.median()));
        Ok(format!("{} MB: hemma {}, ssh -L {}: {goal}\n", self.megabytes, a.shown(), b.shown()))
    }

    async fn small(&self, ours: &Way, plain: &Way) -> Result<String, Failure> {
        let count = self.requests;
        let (a, b) = (requests(ours.port, count).await?, requests(plain.port, count).await?);
        let each = |it: Duration| it.as_secs_f64() * 1000.0 / f64::from(count.max(1));
        let (a, b) = (each(a), each(b));
        Ok(format!("{count} small requests: {a:.2} ms each, ssh -L {b:.2} ms each\n"))
    }
}

/// Both wait for one repair.
async fn both(what: &str, ours: &Way, autossh: &Way, goal: &str) -> String {
    let (a, b) = tokio::join!(answers(ours.port, LIMIT), answers(autossh.port, LIMIT));
    let shown = |it: Option<Duration>| match it {
        Some(it) => format!("{:.2} s", it.as_secs_f64()),
        None => format!("not within {} s", LIMIT.as_secs()),
    };
    format!("{what}: hemma {} (goal: {goal}), autossh {}\n", shown(a), shown(b))
}
