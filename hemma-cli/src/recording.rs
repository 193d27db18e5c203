//! Recording a run, for a scene of a storyboard.

use hemma_core::World;
use hemma_deploy::Config;

use crate::app::{Answers, Stage};
use crate::interrupt::Interrupts;
use crate::{App, Failure, Run};

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("`{0}` talks to no host, so there is nothing to record")]
    NothingToRecord(String),
    #[error("nothing was run, so nothing was recorded")]
    NothingRun,
}

impl App {
    /// Runs a command line on the terminal of `run`, as if it had been typed after `cargo xtask`.
    ///
    /// The returned world makes the cassette, which [`play`](Self::play) plays; the settings are
    /// those of the run.
    pub async fn record(
        &self,
        typed: &[String],
        run: &Run<'_>,
    ) -> Result<(World, Config), Failure> {
        let call = self.parse(typed.iter().map(String::as_str)).map_err(Failure::usage)?;
        if !call.what.needs_config() {
            return Err(Failure::usage(Error::NothingToRecord(typed.join(" "))));
        }
        let stage = Stage {
            here: run.here().to_owned(),
            terminal: run.terminal().clone(),
            // The outer run handles Ctrl-C, and drops this one.
            interrupts: Interrupts::never(),
            answers: Answers::Recorded,
        };
        let ended = Box::pin(self.perform(call, stage)).await;
        run.terminal().note(&format!("[exit {}]", ended.exit));
        ended.scene.ok_or_else(|| Failure::usage(Error::NothingRun))
    }
}
