//! Waits for certificates, one look at a time.

use std::time::Duration;

use futures_util::future::join_all;
use hemma_core::{Finding, Hint, PollPolicy, Progress, World, causes};
use serde::{Deserialize, Serialize};

use super::{Cause, Event, What, read};
use crate::ids;
use crate::{Handshake, HandshakeError, Met, Site, chain};

/// Five minutes: the companion waits up to twenty seconds for the proxy, and needs about as long
/// for a name. A look every ten seconds is rare enough not to be banned by a firewall in front of
/// the proxy.
pub const USUAL_PATIENCE: PollPolicy = PollPolicy { looks: 31, pause: Duration::from_secs(10) };

/// The result of the wait for one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuance {
    /// The site.
    pub site: Site,
    /// The way the wait ended.
    pub end: End,
    /// The last handshake with the site.
    pub met: Result<Met, HandshakeError>,
}

/// The way a wait ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The site has a trusted certificate.
    Issued,
    /// The companion failed; it will not try again by itself for an hour.
    Failed(Cause),
    /// The companion is trying.
    UnderWay,
    /// The companion reports a certificate, and the proxy presents another one.
    NotPresented,
    /// The companion does not mention the name: no running container has it.
    NotMentioned,
    /// The companion's log could not be read.
    LogUnseen {
        /// The reason.
        reason: String,
    },
}

/// Waits until every site presents a trusted certificate, or the companion's log has the reason why
/// it will not, or the patience ends. `log` returns the companion's lines since the wait began.
pub async fn wait_for_issuance<E: std::error::Error>(
    world: &World,
    sites: &[Site],
    patience: PollPolicy,
    progress: &Progress,
    mut log: impl AsyncFnMut() -> Result<Vec<String>, E>,
) -> Vec<Issuance> {
    let mut latest: Vec<Issuance> = Vec::new();
    let ended = patience
        .wait(world, async |count| {
            // Sites that are done are not asked again.
            let open = |site: &Site| {
                let known = latest.iter().find(|it| it.site == *site);
                known.filter(|it| it.end == End::Issued).cloned()
            };
            let looked =
                sites.iter().map(|it| (it, open(it))).map(async |(site, known)| match known {
                    Some(known) => known.met,
                    None => world.ask_again(&Handshake::new(site)).await,
                });
            let met = join_all(looked).await;
            let lines = if met.iter().all(is_trusted) {
                Ok(Vec::new())
            } else {
                log().await.map_err(|it| causes(&it))
            };
            let events = lines.map(|it| read(it.iter().map(String::as_str)));
            let judged = sites.iter().zip(met).map(|(site, met)| judge(site, met, &events));
            latest = judged.collect();
            tell(progress, count, patience, &latest);
            let is_final = |it: &Issuance| matches!(it.end, End::Issued | End::Failed(_));
            latest.iter().all(is_final).then(|| latest.clone())
        })
        .await;
    ended.unwrap_or(latest)
}

fn is_trusted(met: &Result<Met, HandshakeError>) -> bool {
    matches!(met, Ok(Met::Tls(presented)) if presented.defects.is_empty())
}

pub(super) fn judge(
    site: &Site,
    met: Result<Met, HandshakeError>,
    events: &Result<Vec<Event>, String>,
) -> Issuance {
    let end = match events {
        _ if is_trusted(&met) => End::Issued,
        Err(reason) => End::LogUnseen { reason: reason.clone() },
        Ok(events) => last_word(site, events),
    };
    Issuance { site: site.clone(), end, met }
}

/// The result of the log for one site. The last event about its name counts: an earlier failure is
/// over as soon as the companion starts again. A failure that names nothing is about the names that
/// the companion did not come to in the same pass.
fn last_word(site: &Site, events: &[Event]) -> End {
    let name = site.name.as_str();
    let mut obstacle = None;
    for event in events.iter().rev() {
        let is_about = event.names.is_empty() || event.names.iter().any(|it| it == name);
        match &event.what {
            What::Resting if obstacle.is_some() => break,
            What::Failed { cause, .. } if event.names.is_empty() => {
                obstacle.get_or_insert_with(|| End::Failed(cause.clone()));
            }
            _ if !is_about => {}
            What::Resting => {}
            What::Failed { cause, at } => return End::Failed(failure(name, cause, at.as_deref())),
            What::Begun => return End::UnderWay,
            What::Issued | What::NotDue => return End::NotPresented,
        }
    }
    obstacle.unwrap_or(End::NotMentioned)
}

/// Why a name has no certificate: one that is for several names fails with the first of them.
fn failure(name: &str, cause: &Cause, at: Option<&str>) -> Cause {
    match at.filter(|it| *it != name) {
        Some(other) => Cause::OtherName { name: other.to_owned(), cause: Box::new(cause.clone()) },
        None => cause.clone(),
    }
}

fn tell(progress: &Progress, count: u32, patience: PollPolicy, latest: &[Issuance]) {
    let issued = latest.iter().filter(|it| it.end == End::Issued).count();
    let open = latest.iter().filter(|it| it.end != End::Issued);
    let open: Vec<String> =
        open.map(|it| format!("{}: {}", it.site.name, words(&it.end))).collect();
    let open = if open.is_empty() { String::new() } else { format!("; {}", open.join(", ")) };
    let (look, looks) = (count + 1, patience.looks);
    progress.line(&format!("look {look} of {looks}: {issued} of {} issued{open}", latest.len()));
}

fn words(end: &End) -> String {
    match end {
        End::Issued => "issued".to_owned(),
        End::Failed(cause) => cause.to_string(),
        End::UnderWay => "under way".to_owned(),
        End::NotPresented => "issued, and not presented yet".to_owned(),
        End::NotMentioned => "the ACME companion does not mention it".to_owned(),
        End::LogUnseen { reason } => {
            format!("the ACME companion's log could not be read: {reason}")
        }
    }
}

/// The finding for one wait.
pub fn finding(issuance: &Issuance, now: jiff::Timestamp) -> Finding {
    let Issuance { site, end, met } = issuance;
    let seen = chain::finding(site, met, now);
    let subject = seen.subject.clone();
    let (id, advice) = match end {
        End::Issued => return seen,
        End::LogUnseen { .. } => {
            return Finding::unseen(ids::ISSUANCE_LOG_UNSEEN, subject, words(end))
                .evidence([seen.detail]);
        }
        End::Failed(cause) => (ids::ISSUANCE_FAILED, cause.advice().to_owned()),
        End::UnderWay => (
            ids::ISSUANCE_UNDER_WAY,
            "look again in some minutes; nothing has failed so far".to_owned(),
        ),
        End::NotPresented => {
            (ids::ISSUANCE_NOT_PRESENTED, "see whether the proxy has reloaded since".to_owned())
        }
        End::NotMentioned => (
            ids::ISSUANCE_NOT_MENTIONED,
            format!(
                "see whether a container with LETSENCRYPT_HOST={} runs on the proxy's network",
                site.name
            ),
        ),
    };
    Finding::fail(id, subject, words(end)).evidence([seen.detail]).hint(Hint::Do(advice))
}
