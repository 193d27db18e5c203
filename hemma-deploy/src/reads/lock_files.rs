//! What lock files say of themselves.

use std::collections::BTreeSet;

use serde_json::Value;

use super::start::table;

/// A name of a group as Python's tools compare them.
pub(super) fn group(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// The groups that `pdm.lock` has; `None` where it does not say, or has all of them.
pub(super) fn pdm_groups(lock: &str) -> Option<BTreeSet<String>> {
    // Only the beginning of the file is here.
    let metadata = lock.split("\n[[package]]").next()?;
    let lock: toml::Table = metadata.parse().ok()?;
    let groups = lock.get("metadata")?.get("groups")?.as_array()?;
    let groups: BTreeSet<String> = groups.iter().filter_map(|it| it.as_str()).map(group).collect();
    (!groups.iter().any(|it| it.contains(['*', ':']))).then_some(groups)
}

/// The groups for development of a `pyproject.toml`, as pdm has them.
pub(super) fn pdm_dev_groups(project: &toml::Table) -> BTreeSet<String> {
    let paths = [&["tool", "pdm", "dev-dependencies"][..], &["dependency-groups"]];
    let tables = paths.iter().filter_map(|it| table(project, it));
    tables.flat_map(|it| it.keys()).map(|it| group(it)).collect()
}

/// The groups of a `pyproject.toml` for poetry, and whether each has dependencies.
pub(super) fn poetry_groups(project: &toml::Table) -> Vec<(String, bool)> {
    let own = table(project, &["tool", "poetry", "group"]).into_iter().flatten();
    let own = own.map(|(name, it)| {
        let has =
            it.get("dependencies").and_then(toml::Value::as_table).is_some_and(|it| !it.is_empty());
        (group(name), has)
    });
    let old = table(project, &["tool", "poetry", "dev-dependencies"]);
    own.chain(old.map(|it| ("dev".to_owned(), !it.is_empty()))).chain(of_project(project)).collect()
}

/// The groups in `[dependency-groups]`, and whether each has dependencies.
pub(super) fn of_project(project: &toml::Table) -> Vec<(String, bool)> {
    let groups = table(project, &["dependency-groups"]).into_iter().flatten();
    groups.map(|(name, it)| (group(name), it.as_array().is_some_and(|it| !it.is_empty()))).collect()
}

/// The extras of a `pyproject.toml`.
pub(super) fn extras(project: &toml::Table) -> BTreeSet<String> {
    let extras = table(project, &["project", "optional-dependencies"]).into_iter().flatten();
    extras.map(|it| group(it.0)).collect()
}

/// The groups that packages of `poetry.lock` belong to; `None` where it is of a Poetry before 2,
/// which does not say.
pub(super) fn poetry_lock_groups(lock: &str) -> Option<BTreeSet<String>> {
    let lines = lock.lines().filter_map(|it| it.strip_prefix("groups = "));
    let groups: BTreeSet<String> = lines
        .filter_map(|it| serde_json::from_str::<Vec<String>>(it).ok())
        .flatten()
        .map(|it| group(&it))
        .collect();
    (!groups.is_empty()).then_some(groups)
}

/// The groups and the extras of the project itself in `uv.lock`; `None` where there are several
/// projects.
pub(super) fn uv_groups(lock: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let (mut groups, mut extras) = (BTreeSet::new(), BTreeSet::new());
    let (mut own, mut section, mut projects) = (false, String::new(), 0);
    for line in lock.lines() {
        if line.starts_with('[') {
            own &= line != "[[package]]";
            line.trim_matches(['[', ']']).clone_into(&mut section);
        } else if section == "package" && line.starts_with("source = ") {
            own = ["virtual", "editable"].iter().any(|it| line.contains(it));
            projects += usize::from(own);
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| own) {
            match section.as_str() {
                "package.dev-dependencies" | "package.metadata.requires-dev" => {
                    groups.insert(group(name))
                }
                "package.optional-dependencies" => extras.insert(group(name)),
                _ => false,
            };
        }
    }
    (projects == 1).then_some((groups, extras))
}

/// The dependencies of a `package.json` that `package-lock.json` does not have.
pub(super) fn npm_missing(package: &Value, lock: &str) -> Option<Vec<String>> {
    // Of an old form there are no paths.
    let from = lock.find(r#""": {"#)? + r#""": "#.len();
    let root =
        serde_json::Deserializer::from_str(&lock[from..]).into_iter::<Value>().next()?.ok()?;
    let has = |name: &&str| {
        let listed =
            ["dependencies", "devDependencies"].iter().any(|it| root[*it].get(*name).is_some());
        listed || lock.contains(&format!("\"node_modules/{name}\""))
    };
    Some(wanted(package).filter(|it| !has(it)).map(str::to_owned).collect())
}

fn wanted(package: &Value) -> impl Iterator<Item = &str> {
    let all =
        ["dependencies", "devDependencies"].into_iter().filter_map(|it| package[it].as_object());
    all.flatten().map(|it| it.0.as_str())
}

/// The dependencies of a `package.json` that `pnpm-lock.yaml` does not have for its directory.
///
/// The file is written by pnpm alone, always in one form, so its lines say enough.
pub(super) fn pnpm_missing(package: &Value, lock: &str) -> Option<Vec<String>> {
    let (mut known, mut importer, mut section, mut importers) = (BTreeSet::new(), "", "", 0);
    for line in lock.lines() {
        let depth = line.len() - line.trim_start().len();
        let key = line.trim().trim_end_matches(':').trim_matches('\'');
        match depth {
            0 if !line.is_empty() => (importer, section) = (key, ""),
            2 if importer == "importers" || importer == "." => {
                importers += 1;
                importer = if key == "." { "." } else { "importers" };
            }
            4 if importer == "." => section = key,
            6 if importer == "." && section.to_lowercase().ends_with("dependencies") => {
                known.insert(key);
            }
            _ => {}
        }
    }
    let is_known = importers == 1 && lock.contains("\nimporters:");
    is_known.then(|| wanted(package).filter(|it| !known.contains(it)).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn the_groups_of_locks_are_read() {
        let lock = "# generated\n[metadata]\ngroups = [\"default\", \"ml_research\"]\n\n[[package]]\nname = \"x\n";
        assert_eq!(pdm_groups(lock), Some(set(&["default", "ml-research"])));
        assert_eq!(pdm_groups("[metadata]\ngroups = [\"*\"]\n"), None);
        assert_eq!(pdm_groups("[metadata]\n"), None);
        let lock = "groups = [\"main\", \"dev\"]\ngroups = [\"docs\"]\n";
        assert_eq!(poetry_lock_groups(lock), Some(set(&["dev", "docs", "main"])));
        assert_eq!(poetry_lock_groups(""), None);
        let lock = "[[package]]\nname = \"a\"\nsource = { registry = \"x\" }\n[package.optional-dependencies]\nno = [\n\
                    [[package]]\nname = \"own\"\nsource = { virtual = \".\" }\n[package.dev-dependencies]\ndev = [\n\
                    [package.optional-dependencies]\ngpu = [\n[package.metadata.requires-dev]\ndev = [\ntest = []\n";
        assert_eq!(uv_groups(lock), Some((set(&["dev", "test"]), set(&["gpu"]))));
        assert_eq!(uv_groups("[[package]]\nsource = { registry = \"x\" }\n"), None);
    }

    #[test]
    fn what_a_lock_of_node_lacks_is_read() {
        let package: Value = serde_json::from_str(
            r#"{"dependencies":{"a":"1","@x/b":"2"},"devDependencies":{"c":"3"}}"#,
        )
        .expect("plain JSON");
        let lock = "{\"lockfileVersion\": 3, \"packages\": {\n \"\": {\"dependencies\": {\"a\": \"1\"}},\n \
                    \"node_modules/c\": {\n";
        assert_eq!(npm_missing(&package, lock), Some(vec!["@x/b".to_owned()]));
        assert_eq!(npm_missing(&package, "{\"lockfileVersion\": 1}"), None);
        let lock = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      '@x/b':\n        \
                    specifier: 2\n    devDependencies:\n      c:\n        specifier: 3\n";
        assert_eq!(pnpm_missing(&package, lock), Some(vec!["a".to_owned()]));
        assert_eq!(pnpm_missing(&package, &format!("{lock}\n  web:\n    dependencies:\n")), None);
        assert_eq!(pnpm_missing(&package, "lockfileVersion: 5.4\n"), None);
    }
}
