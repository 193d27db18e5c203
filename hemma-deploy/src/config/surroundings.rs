//! The repository around a `hemma.toml`, which supplies values that the file lacks.

use hemma_core::names::{BranchName, CheckoutPath, ComposeFile, EnvKey, ProjectName, RemoteUrl};

/// The values of the repository around a `hemma.toml`. They count where the file has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The name of the repository's directory.
    pub directory: Option<String>,
    /// The compose files that Compose uses by default, in its order.
    pub compose_files: Vec<ComposeFile>,
    /// The project's `name:` in those files.
    pub project: Option<ProjectName>,
    /// The example of a `.env` that the repository has.
    pub env_template: Option<EnvTemplate>,
    /// The branch that goes live.
    pub branch: Option<BranchName>,
    /// The URL of the remote.
    pub remote: Option<RemoteUrl>,
}

/// An example of a `.env`, by its keys. Its values are not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvTemplate {
    /// The file in the repository.
    pub file: String,
    /// The keys that it sets.
    pub keys: Vec<EnvKey>,
}

/// The names that such an example usually has.
const TEMPLATES: [&str; 8] = [
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "env.example",
    "env.sample",
    "example.env",
    "sample.env",
];

/// The names that Compose looks for, in its order: the first that exists counts.
const MAIN: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The override files that Compose adds, whichever name the main file has.
const OVERRIDE: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

impl Surroundings {
    /// The compose files that Compose uses by default in a directory.
    pub fn usual_compose_files(is_there: impl Fn(&str) -> bool) -> Vec<ComposeFile> {
        let Some(main) = MAIN.into_iter().find(|it| is_there(it)) else { return Vec::new() };
        let more = OVERRIDE.into_iter().find(|it| is_there(it));
        std::iter::once(main).chain(more).filter_map(|name| name.parse().ok()).collect()
    }

    /// The usual names of an example of a `.env`, the most usual first.
    pub fn usual_templates() -> impl Iterator<Item = &'static str> {
        TEMPLATES.into_iter()
    }

    /// The words for a repository in which Compose finds no file.
    pub fn no_compose_file() -> String {
        let [first @ .., last] = MAIN;
        format!("{} or {last}", first.join(", "))
    }

    /// The project's `name:` in a compose file, if it is a plain word.
    pub fn project_in(compose_file: &str) -> Option<ProjectName> {
        let line = compose_file.lines().find_map(|it| it.strip_prefix("name:"))?;
        line.split(" #").next()?.trim().trim_matches(['"', '\'']).parse().ok()
    }

    /// The default directory of the checkout on the host.
    pub(crate) fn checkout(&self) -> Option<CheckoutPath> {
        let directory = self.directory.as_ref()?;
        let below = |name: &str| format!("~/apps/{name}").parse().ok();
        below(directory).or_else(|| below(&ProjectName::of_directory(directory)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_those_that_compose_takes() {
        let rows: [(&[&str], &[&str]); 9] = [
            (&["docker-compose.yaml"], &["docker-compose.yaml"]),
            (&["docker-compose.yaml", "docker-compose.yml"], &["docker-compose.yml"]),
            (&["compose.yml", "compose.yaml"], &["compose.yaml"]),
            (
                &["docker-compose.yaml", "compose.override.yaml", "docker-compose.override.yml"],
                &["docker-compose.yaml", "compose.override.yaml"],
            ),
            (&[], &[]),
            (&["compose.override.yml"], &[]),
            (&["docker-compose.yml", "compose.yml"], &["compose.yml"]),
            (
                &["docker-compose.yml", "docker-compose.override.yml"],
                &["docker-compose.yml", "docker-compose.override.yml"],
            ),
            (&["compose.yaml", "compose.override.yml"], &["compose.yaml", "compose.override.yml"]),
        ];
        for (there, taken) in rows {
            let files = Surroundings::usual_compose_files(|it| there.contains(&it));
            assert_eq!(files, taken, "{there:?}");
        }
    }

    #[test]
    fn a_project_has_the_name_that_its_file_gives_it() {
        let rows = [
            ("name: shop\nservices: {}\n", Some("shop")),
            ("# the shop\nname: 'shop-live' # as it is called\n", Some("shop-live")),
            ("name: ${PROJECT}\n", None),
            ("services:\n  name: {}\n", None),
        ];
        for (text, name) in rows {
            assert_eq!(Surroundings::project_in(text).as_deref(), name, "{text}");
        }
    }
}
