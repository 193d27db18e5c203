//! Questions about the background supervisor, and changes to it.

use std::time::Duration;

use hemma_core::{Cancel, Change, Command, Live, Progress, Question};
use serde::{Deserialize, Serialize};

use super::instance_dir::host_only;
use super::log::tail;
use super::{Client, Error, InstanceDir, Request, Status};
use crate::{Forward, ForwardName, ForwardStatus, State};

/// The time limit from the start of a process to its first answer.
const SIT_PATIENCE: Duration = Duration::from_secs(5);

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A question for the tunnel's status: `None` if no supervisor runs.
#[derive(Debug, Clone, Serialize)]
pub struct Running {
    /// The supervisor's directory and host.
    #[serde(serialize_with = "host_only", rename = "host")]
    pub seat: InstanceDir,
}

impl Question for Running {
    const KIND: &'static str = "tunnel.status";
    type Answer = Option<Status>;
    type Error = Error;

    async fn ask(&self, _live: &Live) -> Result<Option<Status>, Error> {
        match Client::find(&self.seat).await? {
            Some(client) => client.status().await.map(Some),
            None => Ok(None),
        }
    }
}

/// A question for the end of the log, which works whether the tunnel runs or not.
#[derive(Debug, Clone, Serialize)]
pub struct Logs {
    /// The supervisor's directory and host.
    #[serde(serialize_with = "host_only", rename = "host")]
    pub seat: InstanceDir,
    /// The number of lines.
    pub lines: usize,
}

impl Question for Logs {
    const KIND: &'static str = "tunnel.logs";
    type Answer = Vec<String>;
    type Error = Error;

    async fn ask(&self, _live: &Live) -> Result<Vec<String>, Error> {
        let path = self.seat.log();
        let failed = |error: std::io::Error| Error::InstanceDir {
            path: path.clone(),
            said: error.to_string(),
        };
        tail(&path, self.lines).map_err(failed)
    }
}

/// Starts a tunnel in the background, or adds forwards to the running one, replaces those that lead
/// elsewhere, and waits until each of
/// them answers or has failed, or the host was away for several attempts.
#[derive(Debug, Clone, Serialize)]
pub struct Start {
    /// The supervisor's directory and host.
    #[serde(serialize_with = "host_only", rename = "host")]
    pub seat: InstanceDir,
    /// The required forwards.
    pub forwards: Vec<Forward>,
    /// The command line of a process that calls [`run`](super::run) for these forwards.
    #[serde(skip)]
    pub command: Command,
    /// The time limit for answers, in seconds.
    pub patience_s: u64,
}

/// The result of [`Start`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The forwards of the supervisor that already ran.
    pub ran_already: Vec<ForwardName>,
    /// The status at the end.
    pub status: Status,
}

impl Change for Start {
    const KIND: &'static str = "tunnel.start";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = Started;
    type Error = Error;

    fn describe(&self) -> String {
        let names: Vec<&str> = self.forwards.iter().map(|it| it.name().as_str()).collect();
        format!("open {} to {} in the background", names.join(", "), self.seat.host())
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<Started, Error> {
        let mut ran_already = Vec::new();
        let client = if let Some(client) = Client::find(&self.seat).await? {
            let status = client.status().await?;
            ran_already.extend(status.tunnel.forwards.iter().map(|it| it.name.clone()));
            client
        } else {
            self.seat.prepare()?;
            live.detach(&self.command, &self.seat.log())?;
            self.sat_down().await?
        };
        for forward in &self.forwards {
            let known = client.status().await?.tunnel;
            let runs = known.forward(forward.name());
            if runs.is_some_and(|it| it.leads_like(forward)) {
                continue;
            }
            if runs.is_some() {
                ran_already.retain(|it| it != forward.name());
                client.tell(&Request::Remove { name: forward.name().clone() }).await?;
            }
            client.tell(&Request::Add { forward: forward.clone() }).await?;
        }
        // The operator has probably repaired something before this start, so the link is tried
        // again.
        let link = client.status().await?.tunnel.link;
        if matches!(link, State::Reconnecting { .. } | State::Fatal { .. }) {
            client.tell(&Request::Retry).await?;
        }
        let status = self.settled(&client, progress).await?;
        Ok(Started { ran_already, status })
    }
}

impl Start {
    async fn sat_down(&self) -> Result<Client, Error> {
        let deadline = tokio::time::Instant::now() + SIT_PATIENCE;
        loop {
            if let Some(client) = Client::find(&self.seat).await? {
                return Ok(client);
            }
            if tokio::time::Instant::now() > deadline {
                let last = tail(&self.seat.log(), 1).unwrap_or_default();
                let said =
                    last.into_iter().next().unwrap_or_else(|| "it printed nothing".to_owned());
                return Err(Error::Died { host: self.seat.host().clone(), said });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn settled(&self, client: &Client, progress: &Progress) -> Result<Status, Error> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(self.patience_s);
        let mut told = String::new();
        loop {
            let status = client.status().await?;
            let ours = |it: &&ForwardStatus| self.forwards.iter().any(|own| *own.name() == it.name);
            let mut rest = status.tunnel.forwards.iter().filter(ours);
            let over = tokio::time::Instant::now() > deadline;
            let Some(open) = rest.find(|it| !over && !is_final(&it.state)) else {
                return Ok(status);
            };
            let line = format!("{}: {}", open.name, open.state);
            if line != told {
                progress.line(&line);
                told = line;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// The number of failed attempts in a row after which [`Start`] reports that a host is away. The
/// tunnel goes on trying. A single failure may be a short network problem.
const ATTEMPTS_WAITED_FOR: u32 = 3;

/// Whether waiting cannot help. A silent service may still be starting; a port that another program
/// holds will stay taken.
fn is_final(state: &State) -> bool {
    match state {
        State::Connected | State::Held { .. } | State::Fatal { .. } => true,
        // `attempt` counts the next attempt, too.
        State::Reconnecting { attempt, .. } => *attempt > ATTEMPTS_WAITED_FOR,
        State::Starting | State::Degraded { .. } | State::Silent { .. } => false,
    }
}

/// Ends the background tunnel, or closes some of its forwards.
#[derive(Debug, Clone, Serialize)]
pub struct Stop {
    /// The supervisor's directory and host.
    #[serde(serialize_with = "host_only", rename = "host")]
    pub seat: InstanceDir,
    /// The forwards to close; empty for all.
    pub only: Vec<ForwardName>,
}

/// The result of [`Stop`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// No supervisor ran.
    Already,
    /// The forwards are closed; others are still open.
    Closed,
    /// The supervisor has ended.
    Gone,
}

impl Change for Stop {
    const KIND: &'static str = "tunnel.stop";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = Stopped;
    type Error = Error;

    fn describe(&self) -> String {
        let names: Vec<&str> = self.only.iter().map(ForwardName::as_str).collect();
        match names.as_slice() {
            [] => format!("stop the tunnel to {}", self.seat.host()),
            names => format!("close {} to {}", names.join(", "), self.seat.host()),
        }
    }

    async fn apply(&self, _live: &Live, _progress: &Progress) -> Result<Stopped, Error> {
        let Some(client) = Client::find(&self.seat).await? else {
            return Ok(Stopped::Already);
        };
        let there = client.status().await?.tunnel.forwards;
        let stays = |it: &ForwardStatus| !self.only.contains(&it.name);
        // A supervisor without forwards is not needed.
        if self.only.is_empty() || !there.iter().any(stays) {
            client.stop().await?;
            return Ok(Stopped::Gone);
        }
        for name in there.into_iter().map(|it| it.name).filter(|it| self.only.contains(it)) {
            client.tell(&Request::Remove { name }).await?;
        }
        Ok(Stopped::Closed)
    }
}
