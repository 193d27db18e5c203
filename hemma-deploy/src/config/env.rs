//! `[env]`: what the `.env` file of the compose project must and must not say.
//!
//! Without this table no key is asked for; values that look like an example's are refused all the same.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{EnvKey, Placeholder};

use super::EnvTemplate;

/// The `.env` file beside the compose files. Keys and rules, never a value of the file.
///
/// Everything that the compose files themselves require (`${KEY:?}`, and the keys in the header
/// comment under a title with "required" and "env") is required without being written here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnvConfig {
    /// Keys that must have a value.
    pub required: Vec<EnvKey>,
    /// Keys that may be missing; which of them are is said.
    pub optional: Vec<EnvKey>,
    /// Sets of keys of which at least one must have a value.
    #[schemars(inner(length(min = 1)))]
    pub one_of: Vec<Vec<EnvKey>>,
    /// Sets of keys that must have the same value, those of them that have one.
    #[schemars(inner(length(min = 2)))]
    pub equal: Vec<Vec<EnvKey>>,
    /// Keys whose value, if they have one, must be one of these.
    pub values: BTreeMap<EnvKey, Vec<String>>,
    /// Keys that must not be set.
    pub refused: Vec<EnvKey>,
    /// Values that must not go live: examples, and what is compiled in as a fallback. `*` stands
    /// for any text; case does not matter.
    pub placeholders: Vec<Placeholder>,
    /// The example of the file that the repository has. Its keys are a hint, and no rule.
    #[serde(skip)]
    pub template: Option<EnvTemplate>,
    /// Whether a shell that reads the file with `source` must read what Compose reads.
    pub shell_safe: bool,
}

impl Default for EnvConfig {
    fn default() -> Self {
        let placeholder = |it: &str| it.parse().expect("a plain word is a placeholder");
        Self {
            required: Vec::new(),
            optional: Vec::new(),
            one_of: Vec::new(),
            equal: Vec::new(),
            values: BTreeMap::new(),
            refused: Vec::new(),
            placeholders: ["change-me*", "your-*", "<*>"].map(placeholder).to_vec(),
            template: None,
            shell_safe: false,
        }
    }
}

impl EnvConfig {
    /// Whether the file has to exist: some key must have a value.
    pub fn needs_file(&self) -> bool {
        !self.required.is_empty() || !self.one_of.is_empty()
    }
}
