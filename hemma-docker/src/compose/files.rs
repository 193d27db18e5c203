//! The compose files of the project, and the beginning of every `docker compose` command line.

use hemma_core::names::{
    CheckoutPath, ComposeFile, OverlayFile, ProfileName, ProjectName, ServiceName, VariablesFile,
};
use hemma_core::{Command, Host};
use serde::{Deserialize, Serialize};

use crate::container::ONLY_OURS;

/// Runs `docker` with the words behind `--`, once the services before it are known to be of this
/// checkout.
const ON_OURS: &str = r#"
only_ours "$@"
while [ "$1" != -- ]; do shift; done
shift
exec docker "$@"
"#;

/// The complete `-f` set with its project name. It is always given in full: a bare `docker compose`
/// would read `COMPOSE_FILE` from `.env` and name the project after the directory.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ComposeFiles {
    /// The host.
    pub host: Host,
    /// The checkout that has the files.
    pub checkout: CheckoutPath,
    /// The project.
    pub project: ProjectName,
    /// The files, in order.
    pub files: Vec<ComposeFile>,
    /// The operator's own compose file, next to the checkout. It comes last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<OverlayFile>,
    /// The files of variables that take the place of `.env`, in order; none for `.env` itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env_files: Vec<VariablesFile>,
    /// The active profiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ProfileName>,
}

impl ComposeFiles {
    /// Compose's working directory, relative to the checkout: the directory of the first file.
    pub fn directory(&self) -> &str {
        let first = self.files.first().and_then(|it| it.as_str().rsplit_once('/'));
        first.map_or(".", |(dir, _)| dir)
    }

    /// `docker compose -p … -f … -f …`, as root, in the checkout, for a change of some services: it is
    /// refused where a container of one of them was made from another checkout.
    pub fn command_on(&self, services: &[ServiceName], name: &'static str) -> Command {
        let of = [self.project.to_string(), self.directory().to_owned()];
        let own = of.into_iter().chain(services.iter().map(ToString::to_string));
        Command::script(&format!("{ONLY_OURS}{ON_OURS}"), own)
            .named(name)
            .arg("--")
            .args(self.words())
            .cwd(self.checkout.as_str())
            .sudo()
    }

    /// The paths of the files, relative to the tree in which they are used.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        let overlay = self.overlay.iter().map(|it| format!("../{it}"));
        self.files.iter().map(ToString::to_string).chain(overlay)
    }

    /// The words between `docker` and the subcommand.
    pub fn words(&self) -> Vec<String> {
        let mut words = vec!["compose".to_owned(), "-p".into(), self.project.to_string()];
        for file in self.paths() {
            words.extend(["-f".into(), file]);
        }
        for file in &self.env_files {
            words.push(format!("--env-file={file}"));
        }
        for profile in &self.profiles {
            // One word, so that a profile that begins with `-` is not read as an option.
            words.push(format!("--profile={profile}"));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_composes_own() {
        let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let files = ComposeFiles {
            host: "h".parse().expect("a host"),
            checkout: "~/shop".parse().expect("a directory"),
            project: "shop".parse().expect("a project"),
            files: ["a.yml", "b.yml"].map(|it| it.parse().expect("a file")).to_vec(),
            overlay: Some("own.yml".parse().expect("a file")),
            env_files: [".env", "live.env"].map(|it| it.parse().expect("a file")).to_vec(),
            profiles: ["web", "jobs"].map(|it| it.parse().expect("a profile")).to_vec(),
        };
        let words = "compose -p shop -f a.yml -f b.yml -f ../own.yml --env-file=.env \
                     --env-file=live.env --profile=web --profile=jobs";
        assert_eq!(files.words(), names(&words.split(' ').collect::<Vec<_>>()));
    }
}
