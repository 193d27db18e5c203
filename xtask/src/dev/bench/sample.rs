//! Repeated measurements and what is quoted of them.

use std::path::Path;
use std::time::{Duration, Instant};

use hemma_core::{Command, ExecError, Live, Place};

/// Measured durations of one thing.
#[derive(Debug, Default)]
pub(super) struct Sample(Vec<Duration>);

impl Sample {
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The one in the middle; nothing measured is nothing.
    pub(super) fn median(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    /// `812 ms (790–1010)`.
    pub(super) fn shown(&self) -> String {
        let ends = (self.0.iter().min(), self.0.iter().max());
        let (Some(least), Some(most)) = ends else { return "not measured".to_owned() };
        let millis = Duration::as_millis;
        format!("{} ms ({}–{})", millis(&self.median()), millis(least), millis(most))
    }
}

/// What one would type to run `line` on the practice host.
pub(super) fn ssh(config: &Path, line: &str) -> Command {
    Command::new("ssh").args(["-F".to_owned(), config.display().to_string()]).args(["hemma", line])
}

/// How long a command takes, whatever it answers.
pub(super) async fn timed(live: &Live, command: &Command) -> Result<Duration, ExecError> {
    let started = Instant::now();
    live.run(&Place::Here, command).await?;
    Ok(started.elapsed())
}

pub(super) fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64().max(f64::MIN_POSITIVE)
}
