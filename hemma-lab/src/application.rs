//! The application of the practice host: HuleEdu's `hemma.toml`, as an example.

use std::path::Path;

use hemma_deploy::Config;
use hemma_deploy::config::{ConfigError, overlaid};

/// The text of the file. hemma's crates know no value of it.
pub const HEMMA_TOML: &str = include_str!("../../examples/huleedu/hemma.toml");

/// The settings of a recorded scene, which has the differences to that file.
///
/// # Panics
///
/// If the differences cannot be parsed as TOML.
pub fn settings(differences: &str) -> Result<Config, ConfigError> {
    Config::parse(&settings_text(differences), Path::new("hemma.toml"))
}

/// The settings of a recorded scene as the text of a whole `hemma.toml`.
///
/// # Panics
///
/// If the differences cannot be parsed as TOML.
pub fn settings_text(differences: &str) -> String {
    overlaid(HEMMA_TOML, differences).unwrap_or_else(|it| panic!("{it}: {differences}"))
}

#[cfg(test)]
mod tests {
    use toml::Table;

    use super::*;

    /// hemma's output for an empty `hemma.toml` while HuleEdu was compiled in. The recordings and
    /// the practice host were made with these values.
    const COMPILED_IN: &str = r#"
[host]
alias = "hemma"
checkout = "~/apps/huleedu"

[repository]
branch = "main"

[compose]
project = "huleedu"
files = ["docker-compose.hemma.yml", "docker-compose.prod.yml"]
research = ["docker-compose.hemma.research.yml"]
profiles = []
network = "hule-network"

[[public]]
name = "api.huleedu.hule.education"
service = "api_gateway_service"
health = "/healthz"
expect = { json = { service = "api_gateway_service" } }

[[public]]
name = "huleedu.hule.education"
service = "bff_teacher_service"
health = "/healthz"
expect = { json = { service = "bff_teacher_service" } }

[[public]]
name = "ws.huleedu.hule.education"
service = "websocket_service"
health = "/healthz"
expect = { json = { service = "websocket_service" } }

[edge]
host = "hemma.hule.education"
http = 80
https = 443

[database]
container = "shared-postgres"
administrator = "postgres"
role = "huleedu_user"
role_key = "HULEEDU_DB_USER"
password_key = "HULEEDU_PROD_DB_PASSWORD"
databases = []

[env]
required = [
    "HULEEDU_ENVIRONMENT",
    "ENVIRONMENT",
    "HULEEDU_DB_USER",
    "HULEEDU_PROD_DB_PASSWORD",
    "HULEEDU_INTERNAL_API_KEY",
    "JWT_SECRET_KEY",
    "LLM_PROVIDER_SERVICE_USE_MOCK_LLM",
]
optional = ["HF_TOKEN", "EMAIL_SMTP_USERNAME", "EMAIL_SMTP_PASSWORD"]
one_of = [["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENROUTER_API_KEY"]]
equal = [["JWT_SECRET_KEY", "API_GATEWAY_JWT_SECRET_KEY"]]
refused = ["COMPOSE_FILE"]
placeholders = ["change-me*", "your-*", "<*>", "test-secret-key", "dev-secret-change-me"]
shell_safe = true

[env.values]
ENVIRONMENT = ["production"]
HULEEDU_ENVIRONMENT = ["production"]
LLM_PROVIDER_SERVICE_USE_MOCK_LLM = ["false"]

[[forward]]
name = "language-tool"
service = "language_tool_service"
local = 18085
remote = 8085
probe = "/healthz"

[[forward]]
name = "embeddings"
service = "essay_embed_offload"
local = 19000
remote = 9000
probe = "/healthz"
"#;

    fn values(config: &Config) -> Table {
        let mut values = Table::try_from(config).expect("plain values");
        // This table did not exist then.
        values.remove("offload");
        values
    }

    #[test]
    fn the_file_says_what_hemma_had_compiled_in() {
        let then: Table = COMPILED_IN.parse().expect("it is TOML");
        assert_eq!(values(&settings("").expect("it is right")), then);
    }

    #[test]
    fn the_embedding_server_is_what_hemma_had_compiled_in() {
        let offload = settings("").expect("it is right").offload.expect("it has one");
        let key = |it: &Option<hemma_core::names::EnvKey>| it.as_ref().map(ToString::to_string);
        assert_eq!(offload.image, "huleedu-essay-embed-offload");
        assert_eq!(offload.cache, "/cache/huggingface");
        assert_eq!(offload.profile.as_deref(), Some("research-offload"));
        assert_eq!(offload.script_container.as_deref(), Some("huleedu-embed-offload"));
        assert_eq!(key(&offload.cache_key).as_deref(), Some("HULEEDU_HEMMA_HF_CACHE_PATH"));
        let version = "OFFLOAD_LANGUAGE_TOOL_JAR_VERSION";
        assert_eq!(key(&offload.jar_version_key).as_deref(), Some(version));
        assert_eq!(key(&offload.base_image_key).as_deref(), Some("HULEEDU_OFFLOAD_BASE_IMAGE"));
        assert_eq!(offload.base_image.as_deref(), Some("rocm/pytorch:latest"));
        assert_eq!(offload.lock_group.as_deref(), Some("offload-runtime"));
    }

    #[test]
    fn a_foreign_repository_is_told_nothing_of_it() {
        let empty = Config::parse("", Path::new("hemma.toml")).expect("empty is right");
        let said = toml::to_string(&empty).expect("plain values") + &Config::schema().to_string();
        assert!(!said.to_lowercase().contains("hule"), "{said}");
    }
}
