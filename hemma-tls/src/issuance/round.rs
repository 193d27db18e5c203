//! One attempt of the ACME companion to get a certificate, from its first line to its last.

use super::message::{By, Message};
use super::{Cause, What};

/// The maximum length of the last message that is kept.
const LAST_CHARS_MAX: usize = 200;

/// An attempt.
///
/// The messages of acme.sh change from year to year. So the end of an attempt decides: without a
/// success it has failed, and the messages only say why.
pub(super) struct Round {
    pub(super) names: Vec<String>,
    outcome: Option<What>,
    last: String,
}

impl Round {
    pub(super) fn new(names: Vec<String>) -> Self {
        Self { names, outcome: None, last: String::new() }
    }

    /// The outcome, if the messages so far have it.
    pub(super) fn outcome(self) -> Option<What> {
        self.outcome
    }

    /// The outcome of an attempt that has ended.
    pub(super) fn end(self) -> What {
        let because = because(&self.last);
        self.outcome.unwrap_or(What::Failed { cause: because, at: None })
    }

    /// Takes the next message.
    pub(super) fn hear(&mut self, message: &Message) {
        let text = message.text.as_str();
        if text.contains("Cert success.") {
            self.outcome = Some(What::Issued);
        } else if text.contains("Next renewal time is") && self.outcome.is_none() {
            self.outcome = Some(What::NotDue);
        }
        let is_open = match &self.outcome {
            None => true,
            Some(What::Failed { cause, .. }) => !cause.is_known(),
            Some(_) => false,
        };
        if !is_open {
            return;
        }
        if let Some(refusal) = refused(text, &self.last) {
            self.fail(refusal);
        } else if self.outcome.is_some() {
            // acme.sh prints the authority's answer after its own words.
            if text.starts_with('{') {
                self.fail(Refusal { name: None, cause: Cause::read(text) });
            }
        } else if has_given_up(text) {
            let cause = because(&self.last);
            self.outcome = Some(What::Failed { cause, at: None });
        } else if is_telling(message) {
            self.last = text.chars().take(LAST_CHARS_MAX).collect();
        }
    }

    fn fail(&mut self, refusal: Refusal) {
        let before = match self.outcome.take() {
            Some(What::Failed { at, .. }) => at,
            _ => None,
        };
        let Refusal { name, cause } = refusal;
        self.outcome = Some(What::Failed { cause, at: name.or(before) });
    }

    /// Whether the authority's account is made within this attempt: acme.sh does so at its
    /// beginning. Elsewhere the companion does it, for the next certificate.
    pub(super) fn makes_account(&self) -> bool {
        self.last.starts_with("Using CA") || is_account_made(&self.last)
    }
}

/// Whether a message tells that an account is made.
pub(super) fn is_account_made(text: &str) -> bool {
    let beginnings = ["Registering account", "Create account key ok", "Account key creation OK"];
    beginnings.iter().any(|it| text.starts_with(it))
}

/// The cause of a failed attempt without a known message.
fn because(last: &str) -> Cause {
    let cause = Cause::read(last);
    if cause.is_known() { cause } else { Cause::NoSuccess { last: last.to_owned() } }
}

/// acme.sh's last words after every failure, whatever it was.
fn has_given_up(text: &str) -> bool {
    text.starts_with("Please check log file for more details")
        || text.starts_with("Please add '--debug'")
}

/// Whether a message may say why an attempt failed.
fn is_telling(message: &Message) -> bool {
    const NOISE: [&str; 6] = [
        "See: ",
        "-----",
        "Reloading nginx",
        "Restarting container",
        "Running post hook",
        "Debug: ",
    ];
    let text = message.text.as_str();
    let is_words = text.contains(' ') && message.by != By::Generator;
    is_words && !NOISE.iter().any(|it| text.starts_with(it))
}

/// A failure, and the name that it is about if the message has it.
pub(super) struct Refusal {
    pub(super) name: Option<String>,
    pub(super) cause: Cause,
}

/// What acme.sh writes behind a name and a colon when the name has failed.
const NAMED: [&str; 10] = [
    "Verify error",
    "Invalid status",
    "Unknown status",
    "Invalid code",
    "Challenge error",
    "Cannot get challenge",
    "Can not get challenge",
    "Timeout",
    "Cannot write token",
    "Can not write token",
];

/// How the messages about a whole order begin that end an attempt.
const ABOUT_ORDERS: [&str; 11] = [
    "Error creating new order",
    "Create new order error",
    "Create new order with invalid status",
    "Signing failed",
    "Signing error",
    "Sign failed",
    "Sign error",
    "A signing error occurred",
    "Giving up sending to CA server",
    "Error getting authz",
    "get authz objec",
];

/// The refusal in a message. `last` is the message before it.
pub(super) fn refused(text: &str, last: &str) -> Option<Refusal> {
    if let Some((name, rest)) = text.split_once(':')
        && name.contains('.')
        && !name.contains(' ')
        && NAMED.iter().any(|it| rest.trim_start().starts_with(it))
    {
        let words = ["Verification error details:", "Verification error:", "Verify error:"];
        let words = words.iter().find_map(|it| rest.split_once(it)).map_or(rest, |it| it.1);
        let cause = match rest.trim() {
            "Timeout" => {
                Cause::Other { text: "the certificate authority did not decide in time".to_owned() }
            }
            _ => Cause::read(words),
        };
        return Some(Refusal { name: Some(name.to_ascii_lowercase()), cause });
    }
    if text.contains("will not retry anymore") {
        return Some(Refusal { name: None, cause: Cause::read(text) });
    }
    let rest = ABOUT_ORDERS.iter().find_map(|it| text.strip_prefix(it))?;
    let rest = rest.trim_start_matches(['.', ':', ',', ' ']);
    let rest = rest.trim_start_matches("Le_OrderFinalize not found.").trim();
    let said = Cause::read(if rest.is_empty() { text } else { rest });
    let around = [text, last].map(Cause::read).into_iter().find(Cause::is_known);
    let cause = if said.is_known() { said } else { around.unwrap_or(said) };
    Some(Refusal { name: None, cause })
}
