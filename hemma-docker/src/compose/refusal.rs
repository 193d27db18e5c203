//! Why the compose files cannot be used: Compose's message, without a secret, and a hint.

use std::collections::BTreeSet;

use hemma_core::{Finding, Hint, sudo};
use serde::{Deserialize, Serialize};

use super::dotenv::{EnvFile, Obstacle, Surroundings};
use super::masked::masked;
use super::{ComposeFiles, Spot};
use crate::Remedy;
use crate::ids;

/// Compose refused its files, or was not asked because of the `.env` that it would have read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason.
    pub said: String,
    /// The hint for a `.env` that is missing or unreadable; for Compose's messages it is derived
    /// from them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<Hint>,
    /// The place that requires the variable which has no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
}

/// The cause of a refusal, as far as it is in `.env`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCause<'r> {
    /// A required variable has no value.
    Variable(&'r str),
    /// The file is missing or unreadable.
    EnvFile,
}

impl Refusal {
    pub(super) fn of_env_file(files: &ComposeFiles, obstacle: &Obstacle) -> Self {
        let finding = obstacle.finding(&files.host, &files.checkout);
        Self { said: finding.detail, hint: finding.hint, spot: None }
    }

    /// Parses Compose's message. `written` are the words of it that occur in the compose files;
    /// `env` is the text of `.env` where the message is about that file, so that hemma's own parser
    /// can say what is wrong.
    pub(super) fn read(
        stderr: &str,
        tree: &str,
        written: &BTreeSet<&str>,
        env: Option<&str>,
        spot: Option<Spot>,
    ) -> Self {
        let mut said = telling(stderr).replace(&format!("{tree}/"), "");
        // The overlay is next to the tree.
        if let Some((beside, _)) = tree.rsplit_once('/').filter(|it| !it.0.is_empty()) {
            said = said.replace(&format!("{beside}/"), "../");
        }
        let of_env = said.contains(".env") && !said.contains("not found");
        let wrong = env.filter(|_| of_env && spot.is_none());
        let wrong = wrong.and_then(|it| EnvFile::parse(it, &Surroundings::new()).err());
        let said = match wrong {
            Some(error) => format!(".env cannot be read: {error}"),
            None => masked(&said, written),
        };
        Self { said, hint: None, spot }
    }

    /// The finding for this refusal, with a hint.
    pub fn finding(&self) -> Finding {
        let finding = Finding::fail(ids::COMPOSE_FILES_REFUSED, "compose files", self.said.clone());
        finding.evidence(self.spot.as_ref().map(ToString::to_string)).hint(self.hint())
    }

    /// The hint for this refusal.
    pub fn hint(&self) -> Option<Hint> {
        let key = || self.variable()?.parse().ok();
        let set = || key().map(|it| Remedy::SetEnv(it).into());
        let own = || set().or_else(|| self.advice().map(Hint::Do));
        self.hint.clone().or_else(own)
    }

    /// The required variable that has no value.
    fn variable(&self) -> Option<&str> {
        self.said.split_once("required variable ")?.1.split_whitespace().next()
    }

    /// The cause, if it is in `.env`.
    pub fn cause(&self) -> Option<RefusalCause<'_>> {
        match self.variable() {
            Some(name) => Some(RefusalCause::Variable(name)),
            None if self.hint.is_some() || self.said.contains(".env") => {
                Some(RefusalCause::EnvFile)
            }
            None => None,
        }
    }

    fn advice(&self) -> Option<String> {
        let said = &self.said;
        if said.contains(".env not found") {
            return Some(
                "create that file on the host, mode 0600, from the repository's example; \
                it can be put into the checkout before the first deploy"
                    .to_owned(),
            );
        }
        if said.contains(".env: line ") || said.starts_with(".env cannot be read") {
            return Some("fix that line on the host".to_owned());
        }
        if said.contains("open ") && said.contains("no such file or directory") {
            let advice = "put the file there, or remove it from [compose] files, research or \
                          overlay in hemma.toml; an overlay is next to the checkout on the host";
            return Some(advice.to_owned());
        }
        said.contains("conflicts with imported resource").then(|| {
            "Compose 2.24.1 to 2.24.5 cannot read files that are included and overridden: upgrade it"
                .to_owned()
        })
    }
}

/// The line that says what is wrong: the last one, unless Compose's advice follows it.
fn telling(stderr: &str) -> &str {
    let noise = |it: &str| {
        it.is_empty()
            || it.contains("level=warning")
            || it.starts_with("WARN[")
            || sudo::own(it).is_some()
    };
    let mut lines = stderr.lines().map(str::trim).filter(|it| !noise(it));
    let before_advice =
        lines.clone().find(|it| it.starts_with("invalid interpolation format for "));
    before_advice
        .map(|it| it.trim_end_matches('.'))
        .or_else(|| lines.next_back())
        .unwrap_or("it printed nothing")
}

#[cfg(test)]
mod tests {

    use super::*;

    fn read(stderr: &str, env: Option<&str>) -> Refusal {
        let written =
            "x services environment OFFLOAD_LANGUAGE_TOOL_JAR_VERSION".split(' ').collect();
        Refusal::read(stderr, "/a", &written, env, None)
    }

    #[test]
    fn the_cause_is_found_and_no_value_is_shown() {
        let rows = [
            (
                "time=\"x\" level=warning msg=\"y\"\nenv file /a/.env not found: stat /a/.env: no such file or directory\n",
                None,
                "env file .env not found: stat .env: no such file or directory",
            ),
            (
                "failed to read /a/.env: line 13: key cannot contain a space",
                None,
                "failed to read .env: line 13: key cannot contain a space",
            ),
            (
                "failed to read /a/.env: line 1: unterminated quoted value 'hunter2",
                Some("A='hunter2"),
                ".env cannot be read: line 1, column 3: the quote that opens here is never closed",
            ),
            (
                "failed to read /a/.env: Invalid template: \"pa${hunter2\"",
                Some("B=1\nA=pa${hunter2\n"),
                ".env cannot be read: line 2, column 3: Compose cannot read what follows `$`; a literal \
                 one is written `$$`, or in single quotes",
            ),
            (
                "failed to read /a/.env: Invalid template: \"pa${hunter2\"",
                Some("A=fine\n"),
                "failed to read .env: Invalid template: [hidden]",
            ),
            (
                "invalid interpolation format for services.x.environment.\nYou may need to escape any $ with another $.\n${K\nsudo: unable to resolve host h\n",
                None,
                "invalid interpolation format for services.x.environment",
            ),
            (
                "no such service: x\nsudo-rs: cannot open the audit log\n",
                None,
                "no such service: x",
            ),
            (
                "decoding failed due to the following error(s):\n\n'services[x]' time: invalid duration \"hunter2\"\n",
                None,
                "'services[x]' time: invalid duration [hidden]",
            ),
        ];
        for (stderr, env, said) in rows {
            assert_eq!(read(stderr, env).said, said);
        }
    }

    #[test]
    fn a_missing_variable_is_named_once() {
        let refusal = read(
            "error while interpolating services.x.environment.[]: required variable \
             OFFLOAD_LANGUAGE_TOOL_JAR_VERSION is missing a value: Missing …",
            None,
        );
        let name = "OFFLOAD_LANGUAGE_TOOL_JAR_VERSION";
        assert_eq!(refusal.hint(), Some(Remedy::SetEnv(name.parse().expect("a key")).into()));
        assert_eq!(refusal.cause(), Some(RefusalCause::Variable(name)));
        let refusal = read("env file /a/.env not found: stat /a/.env: no such file", None);
        assert_eq!(refusal.cause(), Some(RefusalCause::EnvFile));
        assert_eq!(read("yaml: line 3: x", None).cause(), None);
    }
}
