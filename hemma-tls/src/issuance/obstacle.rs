//! The reasons why the ACME companion does not try at all.

use super::Cause;
use super::message::{By, Message};

/// Words of errors that concern the proxy's configuration, and no certificate.
const ABOUT_THE_PROXY: [&str; 2] = ["can't reload", "can't exec"];

/// The reason that a message gives, if it gives one.
pub(super) fn obstacle(message: &Message) -> Option<Cause> {
    let text = message.text.as_str();
    let has = |words: &str| text.contains(words);
    if has("no ACME account was found or registered") {
        Some(Cause::NoAccount { because: None })
    } else if has("nginx-proxy container ID") || (has("nginx-proxy container") && has("running")) {
        Some(Cause::ProxyNotFound)
    } else if has("share your Docker host socket") {
        Some(Cause::EngineNotShared)
    } else if has("is too old. Minimum supported API version") {
        Some(Cause::EngineTooNew)
    } else if has("can't be obtained with HTTP-01") {
        Some(Cause::Wildcard)
    } else if let Some(directory) = not_writable(text) {
        Some(match directory {
            "/usr/share/nginx/html" => Cause::ChallengesNotWritable,
            other => Cause::NotWritable { directory: other.to_owned() },
        })
    } else {
        let error = text.strip_prefix("Error: ").filter(|_| message.by != By::Client)?;
        let is_other = ABOUT_THE_PROXY.iter().any(|it| error.contains(it));
        (!is_other).then(|| Cause::Other { text: error.chars().take(300).collect() })
    }
}

/// Reads `Error: can't write to the '/etc/nginx/certs' directory !` and its variants.
fn not_writable(text: &str) -> Option<&str> {
    let words = ["can't access or write to '", "can't write to the '", "can't access to '"];
    let rest = words.iter().find_map(|it| text.split_once(it))?.1;
    Some(rest.split_once('\'')?.0)
}
