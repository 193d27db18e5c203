//! Why the compose files cannot be used: Compose's own words, without a secret, and what to do.

use hemma_core::{Finding, Hint};
use serde::{Deserialize, Serialize};

use super::{ComposeFiles, Spot};
use crate::env_file::Obstacle;

/// Compose looked at its files and said no, or was not asked because of the `.env` that it would
/// have read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub said: String,
    /// What is said of a `.env` that is none; Compose's words have the advice in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<Hint>,
    /// Where a variable is asked for that it misses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
}

impl Refusal {
    pub(super) fn of_env_file(files: &ComposeFiles, obstacle: &Obstacle) -> Self {
        let finding = obstacle.finding(&files.host, &files.checkout);
        Self { said: finding.detail, hint: finding.hint, spot: None }
    }

    pub(super) fn read(stderr: &str, spot: Option<Spot>) -> Self {
        let telling = |it: &&str| {
            let noise = it.contains("level=warning") || it.starts_with("WARN[");
            !it.is_empty() && !noise
        };
        let last = stderr.lines().map(str::trim).rfind(telling).unwrap_or("it said nothing");
        Self { said: without_values(last), hint: None, spot }
    }

    /// The finding that it makes, with the next thing to do.
    pub fn finding(&self) -> Finding {
        let finding = Finding::fail("compose files", self.said.clone());
        finding.evidence(self.spot.as_ref().map(ToString::to_string)).hint(self.hint())
    }

    /// The next thing to do.
    pub fn hint(&self) -> Option<Hint> {
        let set = |it| Hint::Run(format!("cargo xtask env set {it}"));
        let own = || self.variable().map(set).or_else(|| self.advice().map(Hint::Do));
        self.hint.clone().or_else(own)
    }

    /// The variable that must have a value and has none.
    fn variable(&self) -> Option<&str> {
        self.said.split_once("required variable ")?.1.split_whitespace().next()
    }

    /// Whether one of these findings about the `.env` has the cause of it.
    pub(crate) fn is_explained_by(&self, findings: &[Finding]) -> bool {
        let subject = match self.variable() {
            Some(name) => format!(".env {name}"),
            None if self.hint.is_some() || self.said.contains(".env") => ".env".to_owned(),
            None => return false,
        };
        findings.iter().any(|it| it.subject == subject)
    }

    fn advice(&self) -> Option<String> {
        let said = &self.said;
        if said.contains(".env not found") {
            return Some(
                "create that file on the host, mode 0600, from the repository's example; \
                the checkout may hold it before the first deploy"
                    .to_owned(),
            );
        }
        if said.contains(".env: line ") {
            return Some("mend that line on the host".to_owned());
        }
        if said.contains("open ") && said.contains("no such file or directory") {
            let advice = "put the file there, or take it out of [compose] files, research or overlay \
                in hemma.toml; an overlay lies beside the checkout on the host";
            return Some(advice.to_owned());
        }
        said.contains("conflicts with imported resource").then(|| {
            "Compose 2.24.1 to 2.24.5 cannot read files that are included and overridden: upgrade it"
                .to_owned()
        })
    }
}

/// A line of `.env` that Compose cannot read stands in its message, value and all. What the
/// message quotes is cut away there.
fn without_values(said: &str) -> String {
    let about_env_file = said.contains(".env") && said.contains("line ");
    match said.find("unterminated quoted value") {
        Some(at) => format!("{}unterminated quoted value", &said[..at]),
        None if about_env_file => {
            let cut = said.find(['"', '`', '\'']).unwrap_or(said.len());
            said[..cut].trim_end_matches([' ', ':']).to_owned()
        }
        None => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_found_and_no_value_is_shown() {
        let rows = [
            (
                "time=\"x\" level=warning msg=\"y\"\nenv file /a/.env not found: stat /a/.env: no such file or directory\n",
                "env file /a/.env not found: stat /a/.env: no such file or directory",
            ),
            (
                "failed to read /a/.env: line 13: key cannot contain a space",
                "failed to read /a/.env: line 13: key cannot contain a space",
            ),
            (
                "failed to read /a/.env: line 14: unterminated quoted value 'hunter2",
                "failed to read /a/.env: line 14: unterminated quoted value",
            ),
            (
                "failed to read /a/.env: line 2: unexpected character \"-\" in variable name \"A-B=hunter2\"",
                "failed to read /a/.env: line 2: unexpected character",
            ),
        ];
        for (stderr, said) in rows {
            assert_eq!(Refusal::read(stderr, None).said, said);
        }
    }

    #[test]
    fn a_missing_variable_is_named_once() {
        let refusal = Refusal::read(
            "error while interpolating services.x.environment.[]: required variable \
             OFFLOAD_LANGUAGE_TOOL_JAR_VERSION is missing a value: Missing …",
            None,
        );
        let name = "OFFLOAD_LANGUAGE_TOOL_JAR_VERSION";
        assert_eq!(refusal.hint(), Some(Hint::Run(format!("cargo xtask env set {name}"))));
        let finding = |subject: &str| [Finding::fail(subject, "it has no value")];
        assert!(refusal.is_explained_by(&finding(&format!(".env {name}"))));
        assert!(!refusal.is_explained_by(&finding(".env OTHER")));
        let refusal = Refusal::read("env file /a/.env not found: stat /a/.env: no such file", None);
        assert!(refusal.is_explained_by(&finding(".env")));
        assert!(!Refusal::read("yaml: line 3: x", None).is_explained_by(&finding(".env")));
    }
}
