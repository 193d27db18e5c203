//! A deploy compared with the command that one would type: with nothing to do, and with one changed
//! service.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hemma_cli::{Answer, Failure, Run};
use hemma_core::{Command, Hint, Live, Output, Place, Progress, SshOptions};
use hemma_lab::{Lab, Linked};

use super::sample::{Sample, ratio, ssh};
use super::settings::settings;

/// Compare `deploy` with `git pull && docker compose up`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often each is measured
    #[arg(long, default_value_t = 7)]
    runs: u32,
    /// The round trip to the host, in milliseconds
    #[arg(long, default_value_t = 30)]
    round_trip: u64,
    /// The service that changes
    #[arg(long, default_value = "bff_teacher_service", value_name = "SVC")]
    service: String,
}

/// The compose command that both sides begin with.
const COMPOSE: &str =
    "sudo docker compose -p huleedu -f docker-compose.hemma.yml -f docker-compose.prod.yml";

/// The gate's message when everything is healthy and has to stay so.
const HEALTHY: &str = "all good, watching";

/// A command did not do what is measured.
#[derive(Debug, thiserror::Error)]
#[error("`{line}` ended with {exit}, where it should have worked: {said}")]
struct Stopped {
    line: String,
    exit: i32,
    said: String,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let lab = Lab::up(&run.progress()).await?;
        let _claim = lab.claim().await?;
        let linked = lab.link(Duration::from_millis(self.round_trip)).await?;
        let own = tempfile::tempdir()?;
        let bench = Bench {
            live: Live::new(SshOptions::default()),
            private: private(&linked.config_file, own.path())?,
            args: &self,
            lab: &lab,
            linked: &linked,
        };
        run.terminal().busy("measuring a deploy that has nothing to do");
        bench.hemma(&linked.config_file, "plan").await.map_err(|failure| {
            failure.hint(Hint::Run("cargo xtask deploy --lab --yes".to_owned()))
        })?;
        let mut text = bench.nothing_to_do().await?;
        run.terminal().busy(&format!("measuring a change of {}", self.service));
        let head = lab.remote_head().await?;
        let measured = bench.one_service().await;
        lab.rewind_remote(&head).await?;
        bench.back(&head).await?;
        text += &measured?;
        run.terminal().idle();
        Ok(Answer::text(text))
    }
}

/// The settings for an application that has no public names.
fn private(config: &Path, dir: &Path) -> Result<PathBuf, Failure> {
    let mut config = settings(config)?;
    config.public.clear();
    let path = dir.join("hemma.toml");
    std::fs::write(&path, toml::to_string(&config)?)?;
    Ok(path)
}

struct Bench<'b> {
    live: Live,
    /// The settings without public names.
    private: PathBuf,
    args: &'b Args,
    lab: &'b Lab,
    linked: &'b Linked,
}

/// The result of one run.
struct Ran {
    took: Duration,
    /// The time at which it printed the words that were waited for.
    said: Duration,
}

impl Bench<'_> {
    /// Measured in turn, so that a machine that slows down slows all of them.
    async fn nothing_to_do(&self) -> Result<String, Failure> {
        let line = format!("cd ~/apps/huleedu && git pull --ff-only && {COMPOSE} up -d");
        let [mut ours, mut private, mut theirs] = [(); 3].map(|()| Sample::default());
        for _ in 0..self.args.runs.max(1) {
            theirs.add(self.ssh(&line, "").await?.took);
            ours.add(self.hemma(&self.linked.config_file, "deploy").await?.took);
            private.add(self.hemma(&self.private, "deploy").await?.took);
        }
        let mut text = String::new();
        let Args { runs, round_trip, .. } = self.args;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "nothing to do, round trip {round_trip} ms, {runs} runs, medians (least–most)"
        );
        let _ =
            writeln!(text, "  ssh hemma 'git pull && docker compose … up -d'  {}", theirs.shown());
        let _ =
            writeln!(text, "  hemma deploy                                    {}", ours.shown());
        let _ =
            writeln!(text, "  the same without looking from outside           {}", private.shown());
        let (whole, alike) =
            (ratio(ours.median(), theirs.median()), ratio(private.median(), theirs.median()));
        let _ = writeln!(
            text,
            "  {whole:.2} times the ssh line, {alike:.2} without the look from outside, which the line has none of; 0.50 is meant, at most 0.70"
        );
        Ok(text)
    }

    /// One change, made once for each side: the ssh line is measured from a checkout that has it
    /// already, and hemma has to fetch it as well.
    async fn one_service(&self) -> Result<String, Failure> {
        let service = self.args.service.as_str();
        let pull = "cd ~/apps/huleedu && git pull --quiet --ff-only";
        let healthy = format!(
            "until [ \"$(sudo docker inspect -f '{{{{.State.Health.Status}}}}' huleedu_{service})\" = healthy ]; do sleep 0.2; done"
        );
        let line = format!(
            "cd ~/apps/huleedu && {COMPOSE} up -d --build {service} && echo UP && {healthy}"
        );
        let names = ["up", "theirs", "healthy", "ours"];
        let [mut up, mut theirs, mut healthy, mut ours] = names.map(|_| Sample::default());
        for _ in 0..self.args.runs.max(1) {
            self.change().await?;
            self.ssh(pull, "").await?;
            let ran = self.ssh(&line, "UP").await?;
            up.add(ran.said);
            theirs.add(ran.took);
            // The commit of that line is noted as deployed, so that only the next change is left.
            self.hemma(&self.private, "deploy").await?;
            self.change().await?;
            let ran = self.hemma(&self.private, "deploy").await?;
            healthy.add(ran.said);
            ours.add(ran.took);
        }
        let Args { runs, round_trip, .. } = self.args;
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{service} changed, round trip {round_trip} ms, {runs} runs, medians (least–most)"
        );
        let _ = writeln!(
            text,
            "  ssh hemma 'docker compose … up -d --build {service}'  {}",
            up.shown()
        );
        let _ = writeln!(
            text,
            "  the same until it is healthy                          {}",
            theirs.shown()
        );
        let _ = writeln!(
            text,
            "  hemma deploy until it is healthy                      {}",
            healthy.shown()
        );
        let _ = writeln!(
            text,
            "  hemma deploy to its end: watched for 5 s, and kept    {}",
            ours.shown()
        );
        let over = healthy.median().saturating_sub(theirs.median());
        let share = 100.0 * ratio(over, theirs.median());
        let _ = writeln!(
            text,
            "  hemma adds {} ms until it is healthy, {share:.0} %; at most 10 % is meant, which it is where the change itself takes {} s",
            over.as_millis(),
            (over * 10).as_secs()
        );
        Ok(text)
    }

    async fn change(&self) -> Result<(), Failure> {
        let args = [self.args.service.as_str()];
        let pushed = self.lab.push_fault("change-one-service", &args).await;
        Ok(pushed.map(drop)?)
    }

    /// Restores the host.
    async fn back(&self, head: &str) -> Result<(), Failure> {
        self.ssh(&format!("cd ~/apps/huleedu && git reset --quiet --hard {head}"), "").await?;
        self.hemma(&self.private, "deploy").await.map(drop)
    }

    /// Runs this program as an operator would.
    async fn hemma(&self, config: &Path, verb: &str) -> Result<Ran, Failure> {
        let program = std::env::current_exe()?.display().to_string();
        let command = Command::new(program).args([verb, "--config"]);
        let command = command.arg(config.display().to_string());
        let command = if verb == "deploy" { command.arg("--yes") } else { command };
        self.measured(command, HEALTHY).await
    }

    async fn ssh(&self, line: &str, words: &'static str) -> Result<Ran, Failure> {
        self.measured(ssh(&self.linked.ssh_config, line), words).await
    }

    async fn measured(&self, command: Command, words: &'static str) -> Result<Ran, Failure> {
        let started = Instant::now();
        let said = Arc::new(Mutex::new(None));
        let heard = Arc::clone(&said);
        let progress = Progress::new(move |line| {
            if !words.is_empty() && line.contains(words) {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.get_or_insert(started.elapsed());
            }
        });
        let command = command.limit(Duration::from_secs(20 * 60));
        let output: Output = self.live.run_telling(&Place::Here, &command, &progress).await?;
        let took = started.elapsed();
        if !output.success() {
            let said = output.last_words().to_owned();
            return Err(Failure::unknown(Stopped {
                line: command.to_string(),
                exit: output.exit,
                said,
            }));
        }
        let said = said.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(took);
        Ok(Ran { took, said })
    }
}
