//! The logs of services.

use std::fmt::Write as _;

use std::time::Duration;

use hemma_docker::{Container, ContainerName, Containers, LogLine, Logs};

use crate::data::{LogData, LogsData};
use crate::no_container::no_container;
use crate::render::plain;
use crate::{Answer, Failure, Run};

/// Show what services write
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The services, by their own or their containers' names
    #[arg(required = true, value_name = "SVC")]
    services: Vec<String>,
    /// How many lines of each, from the end
    #[arg(long, value_name = "N", default_value = "100")]
    tail: u32,
    /// Go on with what comes, until Ctrl-C; with --json an object on each line
    #[arg(long, short)]
    follow: bool,
}

const REST: Duration = Duration::from_secs(1);

/// The number of lines between two looks above which they are not shown: it is a flood.
const FOLLOW_LINES_MAX: u32 = 2_000;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the container `{0}` is gone")]
    Gone(ContainerName),
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let shown = self.containers(run).await?;
        let width = shown.iter().map(|it| it.container.as_str().len()).max().unwrap_or(0);
        let mut asked: Vec<Logs> =
            shown.iter().map(|it| self.question(run, it.container.clone())).collect();
        let mut all = LogsData { lines: Vec::new() };
        let mut text = String::new();
        loop {
            for (at, line) in page(run, &mut asked).await? {
                let Shown { service, container } = &shown[at];
                // The lines of a single service need no name in front.
                if asked.len() > 1 {
                    let _ = write!(text, "{container:width$} | ");
                }
                text += &plain(&line.text);
                text += "\n";
                all.lines.push(LogData::new(service, container, line));
            }
            if !self.follow || run.terminal().deserted() {
                return Ok(Answer::data(text, &all));
            }
            let (text, lines) = (std::mem::take(&mut text), std::mem::take(&mut all.lines));
            run.terminal().out(&if run.terminal().json() { json_lines(&lines)? } else { text });
            run.world().pause(REST).await;
        }
    }

    fn question(&self, run: &Run<'_>, container: ContainerName) -> Logs {
        Logs { host: run.config().host.alias.clone(), container, tail: self.tail, since: None }
    }

    async fn containers(&self, run: &Run<'_>) -> Result<Vec<Shown>, Failure> {
        let config = run.config();
        let there = run.world().ask(&Containers { host: config.host.alias.clone() }).await?;
        let project = config.compose.project.as_str();
        let is_it =
            |it: &Container, asked: &str| it.is_of(project, asked) || it.name.as_str() == asked;
        let find = |asked: &String| {
            let found = there.iter().find(|it| is_it(it, asked)).map(Shown::of);
            found.ok_or_else(|| no_container(&there, config, asked))
        };
        self.services.iter().map(find).collect()
    }
}

/// A container whose log is shown, with its service.
struct Shown {
    service: String,
    container: ContainerName,
}

impl Shown {
    fn of(container: &Container) -> Self {
        let name = container.name.clone();
        let service = container.compose.as_ref().map(|it| it.service.clone());
        Self { service: service.unwrap_or_else(|| name.to_string()), container: name }
    }
}

/// One JSON object for each line.
fn json_lines(lines: &[LogData]) -> Result<String, Failure> {
    let line = |it: &LogData| serde_json::to_string(it).map(|it| it + "\n");
    Ok(lines.iter().map(line).collect::<Result<String, _>>()?)
}

/// The lines since the last look, of all containers, in the order in which they were written; each
/// with the index of its container.
async fn page(run: &Run<'_>, asked: &mut [Logs]) -> Result<Vec<(usize, LogLine)>, Failure> {
    let mut page = Vec::new();
    for (at, logs) in asked.iter_mut().enumerate() {
        let lines = run.world().ask_again(logs).await?;
        let lines = lines.ok_or_else(|| Failure::known(Error::Gone(logs.container.clone())))?;
        if let Some(last) = lines.iter().filter_map(|it| it.at).max() {
            // The line of that very moment was shown already.
            logs.since = Some(last + jiff::SignedDuration::from_nanos(1));
        }
        logs.tail = logs.tail.max(FOLLOW_LINES_MAX);
        page.extend(lines.into_iter().map(|it| (at, it)));
    }
    page.sort_by_key(|(_, line)| line.at);
    Ok(page)
}
