//! Manual pages.

use std::path::PathBuf;

use hemma_core::{Finding, Report};

use crate::ids;
use crate::{Answer, Failure, Run};

/// Print the manual page, or write one for each command
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write a page for each command into this directory
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
#[error("could not write manual pages into `{}`", .to.display())]
struct NotWritten {
    to: PathBuf,
    source: std::io::Error,
}

impl Args {
    pub(crate) fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let command = run.command.clone();
        let Some(to) = self.to.map(|it| run.here.join(it)) else {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).map_err(Failure::unknown)?;
            return Ok(Answer::text(String::from_utf8_lossy(&page).into_owned()));
        };
        let made = std::fs::create_dir_all(&to);
        made.and_then(|()| clap_mangen::generate_to(command, &to))
            .map_err(|source| Failure::unknown(NotWritten { to: to.clone(), source }))?;
        let detail = format!("written into {}", to.display());
        Ok(Answer::Report(Report::from_iter([Finding::pass(
            ids::MANUAL_WRITTEN,
            "manual pages",
            detail,
        )])))
    }
}
