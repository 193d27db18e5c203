//! The map of the repository: a place for each slug, and dependencies in one direction.

mod circles;
mod english;
mod files;
mod source;

use std::collections::BTreeSet;
use std::path::Path;

use hemma_cli::{App, subcommand};
use source::{read, root, rust_files, without_tests};

#[test]
fn every_section_has_its_place_on_every_shelf_and_nothing_else_is_there() {
    let runbook = runbook();
    let sections: BTreeSet<String> = runbook.iter().cloned().collect();
    for (shelf, ending) in [
        ("hemma-cli/src/sections", ".rs"),
        ("examples", ".rs"),
        ("tests/cassettes", ""),
        ("tests/snapshots", ".snap"),
    ] {
        let found = on_shelf(shelf, ending);
        let missing: Vec<_> = sections.difference(&found).collect();
        let stray: Vec<_> = found.difference(&sections).collect();
        assert!(missing.is_empty(), "{shelf} lacks {{slug}}{ending} for {missing:?}");
        assert!(stray.is_empty(), "{shelf} has {stray:?}, which RUNBOOK.md does not name");
    }
}

#[test]
fn the_commands_are_the_sections_of_the_runbook_in_its_order() {
    let app = App::new();
    assert_eq!(app.slugs().collect::<Vec<_>>(), runbook());
    let root = app.command();
    for slug in app.slugs() {
        let (group, name) = subcommand(slug).expect("a slug is a command");
        let group = root.find_subcommand(&group).expect("its group is a command");
        let command = group.find_subcommand(&name).expect("it is a command below its group");
        assert!(command.get_about().is_some(), "{slug} says nothing of itself");
    }
}

/// Every crate, with the crates of this workspace that it depends on.
const ARROWS: [(&str, &str); 14] = [
    ("hemma-cli", "core deploy dns docker embed git ingress postgres tls tunnel"),
    ("hemma-core", ""),
    ("hemma-deploy", "core docker git ingress postgres"),
    ("hemma-dns", "core"),
    ("hemma-docker", "core"),
    ("hemma-embed", "core"),
    ("hemma-git", "core"),
    ("hemma-ingress", "core docker"),
    ("hemma-lab", "core deploy"),
    ("hemma-postgres", "core"),
    ("hemma-tls", "core"),
    ("hemma-tunnel", "core"),
    ("hemma-xtask", "cli core deploy dns embed lab tunnel"),
    ("hemma", "cli core deploy dns docker embed git ingress lab postgres tls tunnel"),
];

#[test]
fn the_crates_know_those_that_the_picture_shows_and_no_others() {
    let seen: BTreeSet<(String, String)> = manifests().iter().map(arrows_of).collect();
    let drawn = ARROWS.map(|(name, knows)| (name.to_owned(), knows.to_owned()));
    let drawn = BTreeSet::from(drawn);
    let strange: Vec<_> = seen.difference(&drawn).collect();
    let gone: Vec<_> = drawn.difference(&seen).collect();
    assert!(strange.is_empty(), "ARROWS does not show {strange:?}; it shows {gone:?}");
    assert!(gone.is_empty(), "ARROWS shows {gone:?}, which is not so");
}

/// A package, and the others of this workspace that it depends on, without `hemma-`.
fn arrows_of(manifest: &toml::Table) -> (String, String) {
    let name = manifest["package"]["name"].as_str().expect("a package has a name");
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds.iter().filter_map(|it| manifest.get(*it)?.as_table());
    let known: BTreeSet<&str> =
        tables.flat_map(|it| it.keys()).filter_map(|it| it.strip_prefix("hemma-")).collect();
    (name.to_owned(), known.into_iter().collect::<Vec<_>>().join(" "))
}

#[test]
fn consent_is_given_by_the_driver_alone() {
    // The core compares with it: an approval is made from it.
    let may = ["hemma-cli/src/run.rs", "hemma-core/src/world/mod.rs"];
    for file in rust_files().into_iter().filter(|it| it.contains("/src/")) {
        let text = read(&file);
        let code = without_tests(&file, &text).into_iter();
        let code = code.filter(|it| !it.trim_start().starts_with("//"));
        let makes = code.clone().any(|it| it.contains("Consent::Given"));
        assert!(!makes || may.contains(&file.as_str()), "{file} gives consent");
    }
}

/// Crates that have a command line, or are about hemma's.
const PROGRAMS: [&str; 3] = ["hemma-cli/", "hemma-lab/", "xtask/"];

#[test]
fn no_library_names_a_command_of_ours() {
    let is_library = |it: &String| {
        it.starts_with("hemma-")
            && it.contains("/src/")
            && !PROGRAMS.iter().any(|program| it.starts_with(program))
    };
    for file in rust_files().into_iter().filter(is_library) {
        assert!(!read(&file).contains("cargo xtask"), "{file} names a command: propose a `Remedy`");
    }
}

/// `hemma-cli/src/remedies.rs` matches on each remedy of a crate, so the compiler finds a missing
/// one; a missing crate is found here.
#[test]
fn the_remedies_of_each_crate_have_their_commands() {
    let table = read("hemma-cli/src/remedies.rs");
    let has_remedies = |it: &String| it.starts_with("hemma-") && it.ends_with("/src/remedy.rs");
    for file in rust_files().into_iter().filter(has_remedies) {
        let name = file.split('/').next().unwrap_or_default();
        let (short, name) = (name.trim_start_matches("hemma-"), name.replace('-', "_"));
        let is_asked = table.contains(&format!("remedy.get().as_ref().map(of_{short})"));
        let is_there = table.contains(&format!("fn of_{short}(remedy: &{name}::Remedy) -> Hint"));
        assert!(is_asked && is_there, "hemma-cli/src/remedies.rs lacks the remedies of {name}");
    }
}

/// HuleEdu's values are in examples/huleedu, and the practice host uses them.
#[test]
fn no_crate_that_others_use_knows_an_application() {
    let published = |it: &String| {
        it.starts_with("hemma-") && !it.starts_with("hemma-lab/") && it.contains("/src/")
    };
    let mut found = Vec::new();
    for file in rust_files().into_iter().filter(published) {
        let text = read(&file);
        for (at, line) in without_tests(&file, &text).into_iter().enumerate() {
            if line.to_lowercase().contains("hule") {
                found.push(format!("{file}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn dependencies_and_lints_are_the_workspaces() {
    for manifest in manifests() {
        let name = manifest["package"]["name"].as_str().expect("a package has a name");
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "the lints of {name}");
        for kind in ["dependencies", "dev-dependencies"] {
            let all = manifest.get(kind).and_then(|it| it.as_table()).into_iter().flatten();
            let own: Vec<_> = all.filter(|(_, it)| it.get("workspace").is_none()).collect();
            assert!(own.is_empty(), "{name} has versions of its own: {own:?}");
        }
    }
}

#[test]
fn each_dependency_has_its_row_in_the_architecture_page() {
    let page = read("ARCHITECTURE.md");
    let (_, table) = page.split_once("\n## Dependencies\n").expect("it has the table");
    let rows = table.lines().take_while(|it| !it.starts_with("## "));
    let names = rows.filter_map(|it| it.strip_prefix("| ")?.split(" | ").next());
    let told: BTreeSet<&str> = names.flat_map(|it| it.split('`').skip(1).step_by(2)).collect();
    let workspace: toml::Table = read("Cargo.toml").parse().expect("a manifest");
    let direct = workspace["workspace"]["dependencies"].as_table().expect("a table");
    let direct = direct.keys().map(String::as_str).filter(|it| !it.starts_with("hemma-"));
    assert_eq!(told, direct.collect());
}

#[test]
fn the_changelog_has_a_heading_for_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let changelog = read("CHANGELOG.md");
    assert!(changelog.lines().any(|it| it.starts_with("## ") && it.contains(version)), "{version}");
}

#[test]
fn the_example_s_header_names_thirteen_databases_and_eight_keys() {
    let text = read("examples/huleedu/docker-compose.prod.yml");
    let header = hemma_deploy::env_file::Header::read(&text);
    assert_eq!(header.databases.len(), 13);
    assert_eq!(header.databases[0].as_str(), "huleedu_batch_conductor");
    let optional: Vec<_> = header.optional.iter().map(ToString::to_string).collect();
    assert_eq!(optional, ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"]);
    assert_eq!(header.required.len(), 6);
}

#[test]
fn the_hemma_toml_of_the_readme_is_one_that_hemma_reads() {
    let readme = read("README.md");
    let (_, rest) = readme.split_once("```toml\n").expect("it shows one");
    let (text, _) = rest.split_once("```").expect("it ends");
    hemma_deploy::Config::parse(text, Path::new("README.md")).expect("it is right");
}

/// The slugs at the ends of the runbook's headings, in backticks after a dash.
fn runbook() -> Vec<String> {
    let text = read("hemma-cli/RUNBOOK.md");
    let headings = text.lines().filter(|it| it.starts_with('#'));
    let slugs = headings.filter_map(|it| it.strip_suffix('`')?.rsplit_once(" — `"));
    slugs.map(|(_, slug)| slug.to_owned()).collect()
}

fn on_shelf(shelf: &str, ending: &str) -> BTreeSet<String> {
    let entries =
        std::fs::read_dir(root().join(shelf)).unwrap_or_else(|_| panic!("{shelf} is there"));
    let names = entries.map(|it| it.expect("it can be listed"));
    let of_kind = names.filter(|it| it.path().is_file() != ending.is_empty());
    let names = of_kind.map(|it| it.file_name().to_string_lossy().into_owned());
    names
        .filter_map(|it| it.strip_suffix(ending).map(str::to_owned))
        .filter(|it| it != "mod")
        .collect()
}

fn manifests() -> Vec<toml::Table> {
    let workspace: toml::Table = read("Cargo.toml").parse().expect("it is TOML");
    let members = workspace["workspace"]["members"].as_array().expect("members are listed").clone();
    let files = members.iter().filter_map(|it| it.as_str()).map(|it| format!("{it}/Cargo.toml"));
    let read = |it: String| read(&it).parse().expect("it is TOML");
    files.map(read).chain([workspace.clone()]).collect()
}
