//! Optional commands, which exist if `hemma.toml` names their subject.

use std::path::Path;

use hemma_core::Hint;
use hemma_deploy::Config;

use crate::flags::Flags;
use crate::{Failure, settings};

/// The forward that leads to the grammar service.
pub(crate) const LANGUAGE_TOOL: &str = "language-tool";

/// The forward that leads to the offload server.
pub(crate) const EMBEDDINGS: &str = "embeddings";

/// The optional subjects that a `hemma.toml` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a file may name")]
pub(crate) struct Named {
    forwards: bool,
    language_tool: bool,
    embeddings: bool,
    offload: bool,
}

impl Default for Named {
    /// All subjects, for texts about every command.
    fn default() -> Self {
        Self { forwards: true, language_tool: true, embeddings: true, offload: true }
    }
}

impl Named {
    const NOTHING: Self =
        Self { forwards: false, language_tool: false, embeddings: false, offload: false };

    fn by(config: &Config) -> Self {
        let has = |name: &str| config.forward.iter().any(|it| it.name == name);
        Self {
            forwards: !config.forward.is_empty(),
            language_tool: has(LANGUAGE_TOOL),
            embeddings: has(EMBEDDINGS),
            offload: config.offload.is_some(),
        }
    }

    /// The subjects in the `hemma.toml` of a command line, before the file is checked: for the
    /// help. A file with mistakes hides no command; the command reports them.
    pub(crate) fn here(args: &[String], here: &Path) -> Self {
        if args.iter().any(|it| it == "--lab") {
            return Self::default();
        }
        let after = |it: &String| args.iter().skip_while(|arg| *arg != it).nth(1).cloned();
        let config = args.iter().find_map(|it| match it.strip_prefix("--config") {
            Some("") => after(it),
            Some(value) => value.strip_prefix('=').map(str::to_owned),
            None => None,
        });
        let flags = Flags { config: config.map(Into::into), ..Flags::default() };
        match settings::read_if_there(&flags, here) {
            Ok(Some(config)) => Self::by(&config),
            Ok(None) => Self::NOTHING,
            Err(_) => Self::default(),
        }
    }

    /// Whether `hemma.toml` names the subject of the section with this slug.
    pub(crate) fn has_section(self, slug: &str) -> bool {
        match slug {
            "day3_3_tunnels" => self.forwards,
            "day3_1_language_tool_deploy" | "day3_2_language_tool_health" | "day3_4_smoke_test" => {
                self.language_tool
            }
            slug => self.offload || !slug.starts_with("offload_"),
        }
    }

    /// Whether `hemma.toml` names the subject of this verb.
    pub(crate) fn has_verb(self, name: &str) -> bool {
        match name {
            "tunnel" => self.forwards,
            "check-text" => self.language_tool,
            "embed" | "extract" => self.embeddings,
            _ => true,
        }
    }
}

/// A subject that `hemma.toml` does not name, and what to write there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotNamed {
    #[error("hemma.toml has no forward `{0}`")]
    Forward(String),
    #[error("hemma.toml does not say which compose service is behind the forward `{0}`")]
    Service(String),
    #[error("hemma.toml has no [offload], which describes the embedding server")]
    Offload,
}

impl From<NotNamed> for Failure {
    fn from(it: NotNamed) -> Self {
        let add = match &it {
            NotNamed::Forward(name) => format!(
                "add [[forward]] to hemma.toml: name = \"{name}\", service = \"…\", local = a port \
                 of this machine, remote = its port on the host"
            ),
            NotNamed::Service(name) => format!("add `service = \"…\"` to the [[forward]] {name}"),
            NotNamed::Offload => "add [offload] to hemma.toml, with `image` and `cache` at least; \
                                  `cargo xtask config --schema` has its keys"
                .to_owned(),
        };
        Failure::usage(it).hint(Hint::Do(add))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_there_where_its_subject_is_named() {
        let top = tempfile::tempdir().expect("a place");
        let here = |args: &[&str]| {
            let args: Vec<String> = args.iter().map(|it| (*it).to_owned()).collect();
            Named::here(&args, top.path())
        };
        assert_eq!(here(&["hemma", "--help"]), Named::NOTHING);
        assert_eq!(here(&["hemma", "--lab", "--help"]), Named::default());
        let text = "[[forward]]\nname = \"language-tool\"\nlocal = 2000\nremote = 80\n";
        std::fs::write(top.path().join("other.toml"), text).expect("written");
        for args in [&["hemma", "--config", "other.toml"][..], &["hemma", "--config=other.toml"]] {
            let named = here(args);
            assert!(named.has_verb("check-text") && named.has_section("day3_3_tunnels"));
            assert!(!named.has_verb("embed") && !named.has_section("offload_4_tunnel"));
        }
        std::fs::write(top.path().join("hemma.toml"), "?").expect("written");
        assert_eq!(here(&["hemma"]), Named::default());
    }
}
