//! The name of a branch, by git's own rules.

#[cfg(feature = "schema")]
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{Classified, ErrorClass, OperatorError};

/// The name of a git branch, e.g. `main`. What git would refuse cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchName(String);

/// Why a text cannot be the name of a branch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot be a branch: {reason}")]
pub struct BranchError {
    text: String,
    reason: &'static str,
}

impl OperatorError for BranchError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}

impl BranchName {
    /// The name itself, without `refs/heads/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for BranchName {
    fn default() -> Self {
        Self("main".to_owned())
    }
}

impl FromStr for BranchName {
    type Err = BranchError;

    fn from_str(text: &str) -> Result<Self, BranchError> {
        match check(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(reason) => {
                let text = text.escape_debug().take(80).collect();
                Err(BranchError { text, reason })
            }
        }
    }
}

/// Checks the rules of `git check-ref-format`, and refuses names to which git gives another
/// meaning.
fn check(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("it is empty; leave the line out to use `main`");
    }
    if text.starts_with('-') {
        return Err("git would read it as an option");
    }
    if matches!(text, "@" | "HEAD") {
        return Err("that is git's word for the commit that is checked out");
    }
    if text.starts_with("refs/") {
        return Err("write the branch alone, without `refs/heads/`");
    }
    if matches!(text.len(), 40 | 64) && text.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err("that is a commit; a branch is needed");
    }
    // A ref is a file, and so is its lock.
    if text.len() > 240 {
        return Err("it is longer than 240 bytes");
    }
    if text.chars().any(|it| it == ' ' || it.is_control()) {
        return Err("git allows no space and no control character in it");
    }
    if text.contains(['~', '^', ':', '?', '*', '[', '\\']) {
        return Err("git allows none of ~ ^ : ? * [ \\ in it");
    }
    if text.contains("..") || text.contains("@{") {
        return Err("git allows neither `..` nor `@{` in it");
    }
    if text.split('/').any(str::is_empty) {
        return Err("a slash must have a part on each side");
    }
    if text.ends_with('.') || text.split('/').any(|it| it.starts_with('.')) {
        return Err("no part of it may begin with a dot, and it may not end with one");
    }
    if text.split('/').any(|it| it.strip_suffix(".lock").is_some()) {
        return Err("no part of it may end with `.lock`");
    }
    Ok(())
}

impl TryFrom<String> for BranchName {
    type Error = BranchError;

    fn try_from(text: String) -> Result<Self, BranchError> {
        text.parse()
    }
}

impl From<BranchName> for String {
    fn from(branch: BranchName) -> Self {
        branch.0
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for BranchName {
    fn schema_name() -> Cow<'static, str> {
        "BranchName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [&str; 13] = [
        "main",
        "release/2026-11",
        "feature/a_b-c",
        "åäö",
        "日本",
        "v1.2",
        "a@b",
        "a{b}",
        "x]",
        "a/b/c",
        "1",
        "refs-x",
        "a'b\"c$d",
    ];

    const BAD: [&str; 33] = [
        "",
        "-x",
        "--upload-pack=x",
        "@",
        "HEAD",
        "refs/heads/main",
        "a b",
        " main",
        "main ",
        "a\tb",
        "a\nb",
        "a\0b",
        "a\u{7f}",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[b",
        "a\\b",
        "a..b",
        "a@{1}",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "a.",
        "a.lock",
        "a.lock/b",
        "a\u{85}b",
        "0123456789012345678901234567890123456789",
        "main\r",
    ];

    #[test]
    fn what_git_takes_is_taken_and_what_it_refuses_is_refused() {
        for good in GOOD {
            assert_eq!(good.parse::<BranchName>().expect(good).as_str(), good);
        }
        for bad in BAD {
            let said = bad.parse::<BranchName>().expect_err(bad).to_string();
            assert!(!said.contains(|it: char| it.is_control()), "{said:?}");
        }
        assert!("x".repeat(241).parse::<BranchName>().is_err());
    }

    /// Every name that is valid here is valid for the installed git.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "git itself is asked for its rule")]
    fn git_agrees() {
        let takes = |name: &str| {
            let name = format!("refs/heads/{name}");
            let ran = std::process::Command::new("git").args(["check-ref-format", &name]).status();
            ran.expect("there is a git").success()
        };
        for good in GOOD {
            assert!(takes(good), "{good}");
        }
        // A name that only hemma refuses has a reason of its own.
        let ours = ["-x", "--upload-pack=x", "@", "HEAD", "refs/heads/main", "a\u{85}b"];
        let ours = |it: &str| ours.contains(&it) || it.len() == 40 || it.contains('\0');
        for bad in BAD.iter().filter(|it| !ours(it)) {
            assert!(!takes(bad), "{bad:?}");
        }
    }
}
