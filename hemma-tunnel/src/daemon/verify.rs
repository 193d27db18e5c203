//! The findings about forwards.

use hemma_core::{Finding, Hint, Report, World};

use super::{InstanceDir, Running, Status};
use crate::ids;
use crate::{Forward, ForwardStatus, Holder, Remedy, State};

/// One finding for each required forward.
pub async fn verify(world: &World, seat: &InstanceDir, forwards: &[Forward]) -> Report {
    let running = world.ask_again(&Running { seat: seat.clone() }).await;
    let mut report = Report::default();
    for forward in forwards {
        let subject = format!("forward {}", forward.name());
        let finding = match &running {
            Ok(Some(status)) => match status.tunnel.forward(forward.name()) {
                Some(it) if !it.leads_like(forward) => elsewhere(subject, forward, it),
                Some(it) => judge(subject, status, it),
                None => absent(world, subject, forward).await,
            },
            Ok(None) => absent(world, subject, forward).await,
            Err(error) => Finding::unknown(ids::FORWARD_UNSEEN, subject, error),
        };
        report.add(finding);
    }
    report
}

fn judge(subject: String, status: &Status, forward: &ForwardStatus) -> Finding {
    let tunnel = &status.tunnel;
    let at = forward.local.first().map_or_else(String::new, |it| format!("{it}, "));
    let finding = match &forward.state {
        State::Connected => {
            let trip =
                tunnel.round_trip_ms.map_or_else(String::new, |it| format!(", {it} ms away"));
            Finding::pass(ids::FORWARD_CONNECTED, subject, format!("{at}connected{trip}"))
        }
        // The service was not seen: there is no connection to the host, or not yet.
        State::Starting | State::Reconnecting { .. } => {
            Finding::unseen(ids::FORWARD_CONNECTING, subject, format!("{at}{}", forward.state))
                .hint(Hint::Do(format!(
                    "is the VPN up and sshd on {} running? the tunnel keeps trying by itself",
                    tunnel.host
                )))
        }
        State::Fatal { .. } if forward.state == tunnel.link => {
            Finding::unseen(ids::FORWARD_NO_LINK, subject, format!("{at}{}", forward.state))
                .remedy(Remedy::ShowLogs)
        }
        state => {
            let (id, hint) = match state {
                State::Held { .. } => {
                    let advice = "stop that program, or choose another port".to_owned();
                    (ids::FORWARD_PORT_HELD, Hint::Do(advice))
                }
                State::Silent { .. } => {
                    let advice = format!("look at the service on {} itself", tunnel.host);
                    (ids::FORWARD_SERVICE_SILENT, Hint::Do(advice))
                }
                _ => (ids::FORWARD_REFUSED, Remedy::ShowLogs.into()),
            };
            Finding::fail(id, subject, format!("{at}{state}")).hint(hint)
        }
    };
    let is_news =
        |it: &&String| forward.state != State::Connected && **it != forward.state.to_string();
    let last = forward.last_failure.iter().filter(is_news);
    finding.evidence(last.map(|it| format!("last failure: {it}")))
}

/// The finding for a forward that was opened with other settings than those of now.
fn elsewhere(subject: String, wanted: &Forward, running: &ForwardStatus) -> Finding {
    let detail = format!(
        "it was opened with other settings: {}; wanted is port {} here and {} on the host",
        running.leads(),
        wanted.local_port(),
        wanted.remote()
    );
    Finding::fail(ids::FORWARD_ELSEWHERE, subject, detail).remedy(Remedy::Restart)
}

async fn absent(world: &World, subject: String, forward: &Forward) -> Finding {
    match world.ask_again(&Holder { port: forward.local_port() }).await {
        Ok(None) => {
            Finding::fail(ids::FORWARD_NOT_RUNNING, subject, "not running").remedy(Remedy::Start)
        }
        Ok(Some(by)) => {
            let detail = format!("not running, and port {} is held by {by}", forward.local_port());
            let hint = "stop that program, or choose another port in hemma.toml";
            Finding::fail(ids::FORWARD_PORT_HELD, subject, detail).hint(Hint::Do(hint.to_owned()))
        }
        Err(error) => Finding::unknown(ids::FORWARD_UNSEEN, subject, &error),
    }
}

#[cfg(test)]
mod tests {
    use hemma_core::Verdict;

    use super::*;
    use crate::Snapshot;

    #[test]
    fn a_host_that_is_away_is_no_verdict_on_the_service() {
        let reason = || "the host refused the connection".to_owned();
        let now = jiff::Timestamp::UNIX_EPOCH;
        let away = State::Reconnecting { attempt: 4, next: now, reason: reason() };
        let refused = State::Fatal { reason: reason() };
        let rows = [
            (State::Connected, State::Connected, Verdict::Pass),
            (State::Connected, State::Starting, Verdict::Unknown),
            (away.clone(), away, Verdict::Unknown),
            (refused.clone(), refused.clone(), Verdict::Unknown),
            // sshd answers and forbids the forward.
            (State::Connected, refused, Verdict::Fail),
            (State::Connected, State::silent("HTTP 503"), Verdict::Fail),
            (State::Connected, State::Held { by: "node".to_owned() }, Verdict::Fail),
        ];
        for (link, state, expected) in rows {
            let forward = ForwardStatus {
                name: "a".parse().expect("a name"),
                local: Vec::new(),
                remote: ([127, 0, 0, 1], 80).into(),
                state: state.clone(),
                since: now,
                connections: 0,
                bytes_sent: 0,
                bytes_received: 0,
                last_failure: None,
            };
            let tunnel = Snapshot {
                host: "hemma".parse().expect("an alias"),
                link,
                since: now,
                round_trip_ms: None,
                reconnects: 0,
                last_failure: None,
                forwards: vec![forward.clone()],
            };
            let status = Status { pid: 1, since: now, tunnel };
            assert_eq!(judge("a".to_owned(), &status, &forward).verdict, expected, "{state}");
        }
    }
}
