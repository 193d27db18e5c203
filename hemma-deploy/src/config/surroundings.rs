//! The repository that a `hemma.toml` lies in, which says much of what the file need not say.

use hemma_core::names::{BranchName, CheckoutPath, ComposeFile, ProjectName, RemoteUrl};

/// What the repository around a `hemma.toml` says. It counts where the file says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The name of the repository's directory.
    pub directory: Option<String>,
    /// The compose files that Compose takes there where it is told none, in its order.
    pub compose_files: Vec<ComposeFile>,
    /// The `name:` in those files.
    pub project: Option<ProjectName>,
    /// The branch that goes live.
    pub branch: Option<BranchName>,
    /// Where the repository comes from.
    pub remote: Option<RemoteUrl>,
}

/// The names that Compose looks for, in its order: the first that is there counts.
const MAIN: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// What Compose lays over it, whatever the main file is called.
const OVERRIDE: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

impl Surroundings {
    /// The compose files that Compose takes in a directory where it is told none.
    pub fn usual_compose_files(is_there: impl Fn(&str) -> bool) -> Vec<ComposeFile> {
        let Some(main) = MAIN.into_iter().find(|it| is_there(it)) else { return Vec::new() };
        let more = OVERRIDE.into_iter().find(|it| is_there(it));
        std::iter::once(main).chain(more).filter_map(|name| name.parse().ok()).collect()
    }

    /// The `name:` that a compose file gives its project, where it is a plain word.
    pub fn project_in(compose_file: &str) -> Option<ProjectName> {
        let line = compose_file.lines().find_map(|it| it.strip_prefix("name:"))?;
        line.split(" #").next()?.trim().trim_matches(['"', '\'']).parse().ok()
    }

    /// Where the checkout is on the host, if nothing else is said.
    pub(super) fn checkout(&self) -> Option<CheckoutPath> {
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
        let rows: [(&[&str], &[&str]); 5] = [
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
