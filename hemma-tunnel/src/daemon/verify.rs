//! How the wanted forwards are, in findings.

use hemma_core::{Finding, Hint, Report, World};

use super::{Running, Seat, Status};
use crate::{Forward, ForwardStatus, Holder, State};

/// One finding for each forward that is wanted.
pub async fn verify(world: &World, seat: &Seat, forwards: &[Forward]) -> Report {
    let running = world.ask_again(&Running { seat: seat.clone() }).await;
    let mut report = Report::default();
    for forward in forwards {
        let subject = format!("forward {}", forward.name());
        let finding = match &running {
            Ok(Some(status)) => match status.tunnel.forward(forward.name()) {
                Some(it) => judge(subject, status, it),
                None => absent(world, subject, forward).await,
            },
            Ok(None) => absent(world, subject, forward).await,
            Err(error) => Finding::unknown(subject, error),
        };
        report.add(finding);
    }
    report
}

fn judge(subject: String, status: &Status, forward: &ForwardStatus) -> Finding {
    let (tunnel, logs) = (&status.tunnel, Hint::Run("cargo xtask tunnel logs".to_owned()));
    let at = forward.local.first().map_or_else(String::new, |it| format!("{it}, "));
    let finding = match &forward.state {
        State::Connected => {
            let trip =
                tunnel.round_trip_ms.map_or_else(String::new, |it| format!(", {it} ms away"));
            Finding::pass(subject, format!("{at}connected{trip}"))
        }
        state => Finding::fail(subject, format!("{at}{state}")).hint(match state {
            State::Held { .. } => Hint::Do("stop that program, or choose another port".to_owned()),
            State::Silent { .. } => {
                Hint::Do(format!("look at the service on {} itself", tunnel.host))
            }
            _ => logs,
        }),
    };
    let is_news =
        |it: &&String| forward.state != State::Connected && **it != forward.state.to_string();
    let last = forward.last_failure.iter().filter(is_news);
    finding.evidence(last.map(|it| format!("last failure: {it}")))
}

async fn absent(world: &World, subject: String, forward: &Forward) -> Finding {
    match world.ask_again(&Holder { port: forward.local_port() }).await {
        Ok(None) => Finding::fail(subject, "not running")
            .hint(Hint::Run("cargo xtask tunnel start".to_owned())),
        Ok(Some(by)) => {
            let detail = format!("not running, and port {} is held by {by}", forward.local_port());
            let hint = "stop that program, or choose another port in hemma.toml";
            Finding::fail(subject, detail).hint(Hint::Do(hint.to_owned()))
        }
        Err(error) => Finding::unknown(subject, &error),
    }
}
