//! Repeated measurements and their summary.

use std::path::Path;
use std::time::{Duration, Instant};

use hemma_core::{Command, ExecError, Live, Place};

/// The measured durations of one thing.
#[derive(Debug, Default)]
pub(super) struct Sample(Vec<Duration>);

impl Sample {
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The median; zero if nothing was measured.
    pub(super) fn median(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    /// The summary: `812 ms (790–1010)`.
    pub(super) fn shown(&self) -> String {
        let ends = (self.0.iter().min(), self.0.iter().max());
        let (Some(least), Some(most)) = ends else { return "not measured".to_owned() };
        let millis = Duration::as_millis;
        format!("{} ms ({}–{})", millis(&self.median()), millis(least), millis(most))
    }
}

/// The ssh command that runs `line` on the practice host.
pub(super) fn ssh(config: &Path, line: &str) -> Command {
    Command::new("ssh").args(["-F".to_owned(), config.display().to_string()]).args(["hemma", line])
}

/// The time that a command takes, whatever its exit code.
pub(super) async fn timed(live: &Live, command: &Command) -> Result<Duration, ExecError> {
    let started = Instant::now();
    live.run(&Place::Here, command).await?;
    Ok(started.elapsed())
}

pub(super) fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64().max(f64::MIN_POSITIVE)
}
