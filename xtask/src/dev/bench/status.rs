//! hemma's full look compared with the runbook's own looks, one ssh line after another.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use hemma_cli::{Answer, Failure, Run};
use hemma_core::{Command, ExecError, Hint, Live, SshOptions};
use hemma_lab::{Lab, Linked};

use super::sample::{Sample, ratio, ssh, timed};

/// Compare `status` with the runbook's looks as plain ssh lines
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often each is measured
    #[arg(long, default_value_t = 7)]
    runs: u32,
}

/// The looks of the runbook as plain lines: preconditions, day 1 step 2, day 2 steps 0 to 4 and 6.
/// Lines that it hides behind `|| true` are left out; those that it relies on are in.
const LINES: [&str; 10] = [
    "sudo ss -lntp | grep -E ':(80|443) '",
    "sudo docker ps --format 'table {{.Names}}\\t{{.Status}}\\t{{.Ports}}' | grep -iE 'nginx|proxy|acme'",
    "sudo docker version --format '{{.Server.Version}}' && sudo docker compose version --short",
    "sudo docker network ls | grep -w hule-network",
    "cd ~/apps/huleedu && git status --short --branch && git rev-parse HEAD",
    "cd ~/apps/huleedu && sudo docker compose -f docker-compose.hemma.yml -f docker-compose.prod.yml config --quiet",
    "sudo docker exec -i shared-postgres psql -U postgres -Atc 'select datname from pg_database'",
    "cd ~/apps/huleedu && sudo docker compose -f docker-compose.hemma.yml -f docker-compose.prod.yml ps",
    "sudo docker exec huleedu_api_gateway_service curl -fsS http://127.0.0.1:8080/healthz",
    "sudo docker exec huleedu_bff_teacher_service curl -fsS http://127.0.0.1:4101/healthz",
];

/// The slowest command on the host that a full look needs.
const SLOWEST: &str = "cd ~/apps/huleedu && sudo docker compose -p huleedu -f docker-compose.hemma.yml -f docker-compose.prod.yml config --format json";

/// Nothing is deployed.
#[derive(Debug, thiserror::Error)]
#[error("the practice host has no healthy deploy to look at")]
struct NotDeployed;

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let lab = Lab::up(&run.progress()).await?;
        let _claim = lab.claim().await?;
        let bench = Bench { live: Live::new(SshOptions::default()), runs: self.runs.max(1) };
        if !bench.is_deployed(&lab.config_file()).await? {
            let hint = Hint::Run("cargo xtask deploy --lab --yes".to_owned());
            return Err(Failure::unknown(NotDeployed).hint(hint));
        }
        let mut text = String::new();
        for round_trip in [0, 30] {
            run.terminal().busy(&format!("measuring at {round_trip} ms of round trip"));
            text += &bench.at(&lab, Duration::from_millis(round_trip)).await?;
        }
        run.terminal().idle();
        Ok(Answer::text(text))
    }
}

struct Bench {
    live: Live,
    runs: u32,
}

impl Bench {
    async fn is_deployed(&self, config: &Path) -> Result<bool, Failure> {
        let seen = self.live.run(&hemma_core::Place::Here, &hemma(config)).await?;
        Ok(seen.exit == 0)
    }

    /// Measured in turn, so that a machine that slows down slows all of them.
    async fn at(&self, lab: &Lab, round_trip: Duration) -> Result<String, Failure> {
        let linked: Linked = lab.link(round_trip).await?;
        let config = linked.ssh_config.as_path();
        let [mut ours, mut lines, mut handshake, mut slowest] = [(); 4].map(|()| Sample::default());
        for _ in 0..self.runs {
            ours.add(timed(&self.live, &hemma(&linked.config_file)).await?);
            lines.add(self.one_after_another(config).await?);
            handshake.add(timed(&self.live, &ssh(config, "true")).await?);
            slowest.add(timed(&self.live, &ssh(config, SLOWEST)).await?);
        }
        // A cold `ssh true` is the handshake and the two round trips of one command.
        let floor = slowest.median();
        let mut text = String::new();
        let millis = round_trip.as_millis();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "round trip {millis} ms, {} runs, medians (least–most)", self.runs);
        let _ = writeln!(text, "  hemma status                     {}", ours.shown());
        let _ = writeln!(text, "  the runbook's {} ssh lines       {}", LINES.len(), lines.shown());
        let _ = writeln!(text, "  one cold `ssh true`              {}", handshake.shown());
        let _ = writeln!(text, "  the same with the slowest look   {}", slowest.shown());
        let faster = ratio(lines.median(), ours.median());
        let _ = writeln!(text, "  hemma is {faster:.1} times as fast as the ssh lines");
        let over = ratio(ours.median(), floor);
        let _ = writeln!(
            text,
            "  and takes {over:.2} times the floor: handshake, 2 round trips, slowest command"
        );
        Ok(text)
    }

    async fn one_after_another(&self, config: &Path) -> Result<Duration, ExecError> {
        let mut total = Duration::ZERO;
        for line in LINES {
            total += timed(&self.live, &ssh(config, line)).await?;
        }
        Ok(total)
    }
}

/// This program, run as an operator would.
fn hemma(config: &Path) -> Command {
    let program = std::env::current_exe().unwrap_or_default();
    Command::new(program.display().to_string())
        .args(["status", "--config"])
        .arg(config.display().to_string())
}
