//! Reads the ACME companion's log, without an engine or a clock.

use serde::{Deserialize, Serialize};

use super::Cause;
use super::message::{Message, messages};
use super::obstacle::obstacle;
use super::round::{Round, is_account_made, refused};

/// An event in the companion's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The names that it is about. Empty: all names.
    pub names: Vec<String>,
    /// The kind of event.
    pub what: What,
}

/// The kind of an event in the companion's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The companion began to work on a certificate.
    Begun,
    /// A certificate was issued.
    Issued,
    /// There is a certificate, and its renewal is not due.
    NotDue,
    /// The attempt failed.
    Failed {
        /// Why it failed.
        cause: Cause,
        /// The name that failed, if the log says which of them.
        at: Option<String>,
    },
    /// The companion has finished and waits, or was started again.
    Resting,
}

/// Reads the events of the log in their order.
pub fn read<'l>(lines: impl IntoIterator<Item = &'l str>) -> Vec<Event> {
    let mut reader = Reader::default();
    for message in messages(lines) {
        reader.take(&message);
    }
    // An attempt at the end of the log has not ended, unless its own messages say so.
    reader.interrupt();
    reader.events
}

#[derive(Default)]
struct Reader {
    events: Vec<Event>,
    /// The attempt that is under way.
    round: Option<Round>,
    /// Why the last account was refused.
    account: Option<Cause>,
}

impl Reader {
    fn take(&mut self, message: &Message) {
        let text = message.text.as_str();
        if let Some(names) = begun(text) {
            self.end();
            self.account = None;
            self.event(names.clone(), What::Begun);
            self.round = Some(Round::new(names));
        } else if text.starts_with("Sleep for ") {
            self.end();
            self.event(Vec::new(), What::Resting);
        } else if is_start(text) {
            self.interrupt();
            self.event(Vec::new(), What::Resting);
        } else if let Some(cause) = obstacle(message) {
            self.stopped_by(cause);
        } else {
            self.hear(message);
        }
    }

    /// The companion does not try, for this reason.
    fn stopped_by(&mut self, cause: Cause) {
        let cause = match cause {
            Cause::NoAccount { because: None } => {
                Cause::NoAccount { because: self.account.take().map(Box::new) }
            }
            other => other,
        };
        // docker-gen works beside the attempts; everything else comes after the last one.
        if cause != Cause::EngineTooNew {
            self.end();
        }
        self.event(Vec::new(), What::Failed { cause, at: None });
    }

    fn hear(&mut self, message: &Message) {
        let text = message.text.as_str();
        if is_account_made(text) && self.round.as_ref().is_some_and(|it| !it.makes_account()) {
            self.end();
        }
        if let Some(refusal) = account_refused(text) {
            self.account = Some(Cause::read(refusal));
        }
        if let Some(round) = &mut self.round {
            round.hear(message);
        } else if let Some(refusal) = refused(text, "") {
            // The beginning of the attempt is not in these lines of the log.
            let names = refusal.name.iter().cloned().collect();
            self.event(names, What::Failed { cause: refusal.cause, at: refusal.name });
        }
    }

    /// The attempt that was under way has ended.
    fn end(&mut self) {
        if let Some(round) = self.round.take() {
            let names = round.names.clone();
            self.event(names, round.end());
        }
    }

    /// The attempt that was under way is not heard of any more.
    fn interrupt(&mut self) {
        if let Some(round) = self.round.take() {
            let names = round.names.clone();
            if let Some(what) = round.outcome() {
                self.event(names, what);
            }
        }
    }

    fn event(&mut self, names: Vec<String>, what: What) {
        self.events.push(Event { names, what });
    }
}

/// Reads `Creating/renewal a.example certificates... (a.example b.example)`.
fn begun(text: &str) -> Option<Vec<String>> {
    let rest = text.strip_prefix("Creating/renewal ")?;
    let (first, rest) = rest.split_once(" certificates")?;
    let listed = rest.split_once('(').and_then(|(_, it)| it.split_once(')')).map(|(it, _)| it);
    let separator = |it: char| it.is_whitespace() || it == ',';
    let names = listed.unwrap_or(first).split(separator).filter(|it| !it.is_empty());
    Some(names.map(str::to_ascii_lowercase).collect())
}

/// Whether the companion was started: it says its version, and older ones what they do first.
fn is_start(text: &str) -> bool {
    text.starts_with("Info: running acme-companion version")
        || (text.starts_with("Info: ") && text.contains("Diffie-Hellman group"))
}

/// The authority's answer to a request for an account, if it is a refusal.
fn account_refused(text: &str) -> Option<&str> {
    let marks =
        ["Account registration error:", "Error registering account:", "Register account Error:"];
    marks.iter().find_map(|it| text.strip_prefix(it))
}
