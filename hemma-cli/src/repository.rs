//! The operator's repository, which supplies values that `hemma.toml` lacks.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use hemma_core::names::EnvKey;
use hemma_core::{Command, Exec, World};
use hemma_deploy::config::{EnvTemplate, Surroundings};
use hemma_deploy::env_file::EnvFile;

/// Prints a line for each fact that git knows; unknown ones are blank.
const GIT: &str = r#"
cd "$1" || exit
echo "remote $(git remote get-url origin 2>/dev/null)"
echo "default $(git symbolic-ref --short refs/remotes/origin/HEAD 2>/dev/null)"
echo "current $(git branch --show-current 2>/dev/null)"
"#;

/// The largest file that is read.
const BYTES_MAX: u64 = 1024 * 1024;

/// The root of the git repository that a directory is in, if it is in one.
pub(crate) fn around(directory: &Path) -> Option<&Path> {
    // A worktree and a submodule have a file of that name.
    let is_root = |it: &&Path| it.join(".git").symlink_metadata().is_ok();
    directory.ancestors().find(is_root)
}

/// The root of the git repository that a directory is in, or the directory itself.
pub(crate) fn root(directory: &Path) -> &Path {
    around(directory).unwrap_or(directory)
}

/// The text of one of its files, if it is a file of text and not a huge one.
pub(crate) fn text(root: &Path, file: &str) -> Option<String> {
    let path = root.join(file);
    let is_small = path.metadata().is_ok_and(|it| it.is_file() && it.len() <= BYTES_MAX);
    is_small.then(|| std::fs::read_to_string(path).ok())?
}

/// The values from its files.
pub(crate) fn files(root: &Path) -> Surroundings {
    let compose_files = Surroundings::usual_compose_files(|it| root.join(it).is_file());
    let text = |file: &str| text(root, file);
    let name = |file: &str| Surroundings::project_in(&text(file)?);
    let template = |file: &str| {
        let entries = EnvFile::parse(&text(file)?, &BTreeMap::new()).ok()?.entries;
        let mut keys: Vec<EnvKey> = entries.iter().filter_map(|it| it.key.parse().ok()).collect();
        let mut seen = HashSet::new();
        keys.retain(|it| seen.insert(it.clone()));
        Some(EnvTemplate { file: file.to_owned(), keys })
    };
    // The last one counts, as for Compose.
    let project = compose_files.iter().rev().find_map(|it| name(it));
    let directory = root.canonicalize().ok();
    let directory = directory.as_deref().and_then(Path::file_name);
    let directory = directory.and_then(|it| it.to_str()).map(str::to_owned);
    let env_template = Surroundings::usual_templates().find_map(template);
    Surroundings { directory, compose_files, project, env_template, ..Surroundings::default() }
}

/// The values from its files and git. Without the program `git` there are none from git.
pub(crate) async fn surroundings(root: &Path) -> Surroundings {
    let mut seen = files(root);
    let script = Command::script(GIT, [root.display().to_string()]).named("look-at-repository");
    let said = World::local().ask(&Exec::here(script)).await;
    read(&said.map(|it| it.stdout).unwrap_or_default(), &mut seen);
    seen
}

/// Parses git's output. A branch that only the operator works on does not go live unasked: the
/// remote's default branch comes first.
fn read(said: &str, seen: &mut Surroundings) {
    let line = |key: &str| said.lines().find_map(|it| it.strip_prefix(key)).unwrap_or_default();
    seen.remote = line("remote ").parse().ok();
    let default = line("default ").strip_prefix("origin/").unwrap_or_default();
    seen.branch = default.parse().or_else(|_| line("current ").parse()).ok();
}

#[cfg(test)]
mod tests {
    use hemma_core::names::BranchName;

    use super::*;

    #[test]
    fn the_branch_is_the_remotes_default_before_the_one_that_is_checked_out() {
        let rows = [
            (
                "remote git@git.example:shop.git\ndefault origin/trunk\ncurrent mine\n",
                Some("trunk"),
            ),
            ("remote \ndefault \ncurrent master\n", Some("master")),
            ("remote \ndefault \ncurrent \n", None),
            ("", None),
        ];
        for (said, branch) in rows {
            let mut seen = Surroundings::default();
            read(said, &mut seen);
            assert_eq!(seen.branch.as_ref().map(BranchName::as_str), branch, "{said}");
            assert_eq!(seen.remote.is_some(), said.contains("git.example"), "{said}");
        }
    }

    #[test]
    fn a_repository_is_called_as_its_root_is() {
        let top = tempfile::tempdir().expect("a place");
        let shop = top.path().join("shop");
        std::fs::create_dir_all(shop.join("deploy")).expect("a place");
        assert_eq!(root(&shop.join("deploy")), shop.join("deploy"));
        std::fs::create_dir(shop.join(".git")).expect("a place");
        std::fs::write(shop.join("compose.yml"), "name: corner\nservices: {}\n").expect("written");
        assert_eq!(root(&shop.join("deploy")), shop);
        let seen = files(&shop);
        assert_eq!(seen.directory.as_deref(), Some("shop"));
        assert_eq!(seen.compose_files, ["compose.yml"]);
        assert_eq!(seen.project.as_deref(), Some("corner"));
    }

    #[test]
    fn an_example_of_the_env_file_is_read_by_its_keys() {
        let shop = tempfile::tempdir().expect("a place");
        assert_eq!(files(shop.path()).env_template, None);
        let write = |name: &str, text: &str| {
            std::fs::write(shop.path().join(name), text).expect("written");
        };
        write("env.sample", "OTHER=1\n");
        write(
            ".env.example",
            "# the shop\nAPI_KEY=changeme\nexport PORT=80\n#OFF=1\nAPI_KEY=again\n",
        );
        let seen = files(shop.path()).env_template.expect("it is there");
        assert_eq!(seen.file, ".env.example");
        assert_eq!(
            seen.keys,
            ["API_KEY", "PORT"].map(|it| it.parse::<hemma_core::names::EnvKey>().expect("a key"))
        );
        // An example that Compose could not read says nothing.
        write(".env.example", "A='open\n");
        assert_eq!(files(shop.path()).env_template.expect("the other one").file, "env.sample");
    }
}
