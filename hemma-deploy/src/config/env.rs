//! `[env]`: what the `.env` file beside the compose files must and must not say.
//!
//! The defaults are HuleEdu's rules. They are data, so that another application writes its own.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{EnvKey, Placeholder};

/// The `.env` file beside the compose files. Keys and rules, never a value of the file.
///
/// Whatever the compose files themselves require (`${KEY:?}`, and the keys in the header comment
/// under a title with "required" and "env") is required without being written here.
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
    /// Values that nobody meant to go live with: examples and what is compiled in as a fallback.
    /// `*` stands for any text; case does not matter.
    pub placeholders: Vec<Placeholder>,
    /// Whether a shell that reads the file with `source` must read what Compose reads.
    pub shell_safe: bool,
}

impl Default for EnvConfig {
    fn default() -> Self {
        let values = [
            ("HULEEDU_ENVIRONMENT", "production"),
            ("ENVIRONMENT", "production"),
            // Compose's own default is `true`, with which production answers from a mock.
            ("LLM_PROVIDER_SERVICE_USE_MOCK_LLM", "false"),
        ];
        Self {
            required: keys(&[
                "HULEEDU_ENVIRONMENT",
                "ENVIRONMENT",
                "HULEEDU_DB_USER",
                "HULEEDU_PROD_DB_PASSWORD",
                "HULEEDU_INTERNAL_API_KEY",
                // Unset, it is silently replaced by a secret that everybody can read in the code.
                "JWT_SECRET_KEY",
                "LLM_PROVIDER_SERVICE_USE_MOCK_LLM",
            ]),
            optional: keys(&["HF_TOKEN", "EMAIL_SMTP_USERNAME", "EMAIL_SMTP_PASSWORD"]),
            one_of: vec![keys(&["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENROUTER_API_KEY"])],
            equal: vec![keys(&["JWT_SECRET_KEY", "API_GATEWAY_JWT_SECRET_KEY"])],
            values: values.map(|(name, value)| (key(name), vec![value.to_owned()])).into(),
            // A bare `docker compose` would load the files that it names.
            refused: keys(&["COMPOSE_FILE"]),
            placeholders: [
                "change-me*",
                "your-*",
                "<*>",
                "test-secret-key",
                "dev-secret-change-me",
            ]
            .map(|it| it.parse().expect("a plain word is a placeholder"))
            .to_vec(),
            shell_safe: true,
        }
    }
}

fn key(name: &str) -> EnvKey {
    name.parse().expect("a plain word is a key")
}

fn keys(names: &[&str]) -> Vec<EnvKey> {
    names.iter().map(|it| key(it)).collect()
}
