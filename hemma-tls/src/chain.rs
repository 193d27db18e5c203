//! Is the certificate the right one, and for how long?
//!
//! Runbook: day 2, step 7.

use futures_util::future::join_all;
use hemma_core::{Finding, Hint, Report, World};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids;
use crate::{Certificate, Handshake, HandshakeError, Met, Site};

/// The share of a certificate's life below which renewal is overdue; it is due at a third. All
/// limits are shares of the life, since a fixed number of days would always warn about certificates
/// that live 45 days.
const OVERDUE_BELOW: f64 = 0.25;
const ENDING_BELOW: f64 = 0.1;

/// The remaining life of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// The number of whole days left.
    pub days_left: i64,
    /// The number of days in its whole life.
    pub days_whole: i64,
    /// The stage of its life.
    pub stage: Stage,
}

/// The stage of a certificate's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// There is nothing to do.
    Fresh,
    /// It should have been renewed by now, and there is time to find out why it was not.
    RenewalOverdue,
    /// It ends soon.
    Ending,
}

/// The remaining life of a certificate at `now`.
pub fn life(certificate: &Certificate, now: Timestamp) -> Life {
    const DAY: i64 = 24 * 60 * 60;
    let (start, end) = (certificate.not_before.as_second(), certificate.not_after.as_second());
    let (left, whole) = (end.saturating_sub(now.as_second()), end.saturating_sub(start).max(1));
    // Only two decimal places of a share matter.
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of a certificate's life are exact in f64"
    )]
    let share = left as f64 / whole as f64;
    let stage = if share < ENDING_BELOW {
        Stage::Ending
    } else if share < OVERDUE_BELOW {
        Stage::RenewalOverdue
    } else {
        Stage::Fresh
    };
    Life { days_left: left.div_euclid(DAY), days_whole: whole / DAY, stage }
}

/// Connects to every site at once, and reports the state of its certificate.
pub async fn verify(world: &World, sites: &[Site]) -> Report {
    let met = join_all(sites.iter().map(async |it| world.ask(&Handshake::new(it)).await)).await;
    let now = world.now();
    sites.iter().zip(met).map(|(site, met)| finding(site, &met, now)).collect()
}

/// The finding for the result of one handshake.
pub fn finding(site: &Site, met: &Result<Met, HandshakeError>, now: Timestamp) -> Finding {
    let subject = format!("certificate of {site}");
    match met {
        Err(error) => Finding::unknown(ids::CERTIFICATE_UNSEEN, subject, error),
        // A dead server and a blocked way to it look the same from here.
        Ok(Met::Unanswered) => {
            Finding::unseen(ids::CERTIFICATE_NO_ANSWER, subject, Met::Unanswered.to_string())
        }
        Ok(Met::Tls(presented)) if presented.defects.is_empty() => {
            let Some(leaf) = presented.chain.first() else {
                return Finding::unseen(
                    ids::CERTIFICATE_UNREADABLE,
                    subject,
                    "the chain is trusted, and cannot be read here",
                );
            };
            let protocol = presented.protocol.as_deref().unwrap_or("TLS");
            if !leaf.has_end() {
                let detail = format!("trusted, issued by {}, no end date, {protocol}", leaf.issuer);
                return Finding::pass(ids::CERTIFICATE_TRUSTED, subject, detail);
            }
            trusted(subject, leaf, protocol, life(leaf, now))
        }
        Ok(met) => {
            let Met::Tls(presented) = met else {
                return Finding::fail(ids::CERTIFICATE_NONE, subject, met.to_string());
            };
            let finding = Finding::fail(ids::CERTIFICATE_NOT_TRUSTED, subject, met.to_string());
            finding.evidence(presented.chain.iter().map(shown))
        }
    }
}

fn trusted(subject: String, leaf: &Certificate, protocol: &str, life: Life) -> Finding {
    let Life { days_left, days_whole, stage } = life;
    let detail = format!("trusted, issued by {}, {days_left} days left, {protocol}", leaf.issuer);
    let hint = Hint::Do("read the ACME companion's log for why it was not renewed".to_owned());
    match stage {
        Stage::Fresh => Finding::pass(ids::CERTIFICATE_TRUSTED, subject, detail),
        Stage::RenewalOverdue => Finding::pass(
            ids::CERTIFICATE_RENEWAL_OVERDUE,
            subject,
            format!("{detail}; renewal is overdue ({days_whole} in all)"),
        )
        .hint(hint),
        Stage::Ending => Finding::fail(
            ids::CERTIFICATE_ENDING,
            subject,
            format!("{detail} of {days_whole}: it was not renewed"),
        )
        .hint(hint),
    }
}

fn shown(it: &Certificate) -> String {
    let names = if it.names.is_empty() { it.subject.clone() } else { it.names.join(", ") };
    let more = it.name_count.saturating_sub(it.names.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let from = it.not_before.strftime("%Y-%m-%d");
    let until = if it.has_end() {
        format!("to {}", it.not_after.strftime("%Y-%m-%d"))
    } else {
        "without an end".to_owned()
    };
    format!("{names}{more}: issued by {}, {from} {until}, {}", it.issuer, it.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(days: i64) -> Certificate {
        let start = Timestamp::UNIX_EPOCH;
        Certificate {
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            name_count: 0,
            not_before: start,
            not_after: start + jiff::SignedDuration::from_hours(24 * days),
            key: String::new(),
            is_authority: false,
            is_self_signed: false,
        }
    }

    #[test]
    fn what_is_left_is_judged_by_the_whole() {
        let rows = [
            (90, 31, Stage::Fresh),
            (90, 20, Stage::RenewalOverdue),
            (90, 8, Stage::Ending),
            (45, 20, Stage::Fresh),
            (45, 11, Stage::RenewalOverdue),
            (6, 2, Stage::Fresh),
            (6, -1, Stage::Ending),
        ];
        for (whole, left, stage) in rows {
            let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * (whole - left));
            let seen = life(&certificate(whole), now);
            assert_eq!((seen.days_left, seen.stage), (left, stage), "{whole} days");
        }
    }
}
