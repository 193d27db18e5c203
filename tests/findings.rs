//! The ids of findings: one meaning, one id, and each id that an operator sees is in the table.

mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use files::files;
use hemma_cli::App;
use hemma_cli::ids::OF_ALL_CRATES;
use hemma_core::{Cassette, FindingKind};

fn kinds() -> impl Iterator<Item = (&'static str, &'static FindingKind)> {
    OF_ALL_CRATES.into_iter().flat_map(|(name, kinds)| kinds.iter().map(move |it| (name, it)))
}

#[test]
fn an_id_is_an_area_and_what_was_found_and_belongs_to_one_finding() {
    let word = |it: &str| {
        let letters = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_lowercase());
        it.split('-').all(letters)
    };
    let mut seen = BTreeMap::new();
    for (name, FindingKind { id, meaning, .. }) in kinds() {
        let parts: Vec<&str> = id.split('.').collect();
        assert!(parts.len() == 2 && parts.into_iter().all(word), "`{id}` is no `area.what`");
        assert!(meaning.ends_with('.'), "`{id}` means `{meaning}`");
        if let Some(other) = seen.insert(id, name) {
            panic!("{other} and {name} both find `{id}`");
        }
    }
    let meanings: BTreeSet<&str> = kinds().map(|it| it.1.meaning).collect();
    assert_eq!(meanings.len(), kinds().count(), "two ids mean the same");
}

#[test]
fn each_crate_finds_what_its_ids_say_and_has_no_ids_elsewhere() {
    for (name, kinds) in OF_ALL_CRATES {
        let sources = files(&root().join(name).join("src"), "rs");
        let (ids, others): (Vec<_>, Vec<_>) =
            sources.iter().partition(|it| it.ends_with("src/ids.rs"));
        let declared = read(ids[0]);
        // A crate that composes others has their findings, too.
        let users =
            ["hemma-deploy", "hemma-cli"].map(|it| files(&root().join(it).join("src"), "rs"));
        let code: String =
            others.into_iter().chain(users.iter().flatten()).map(|it| read(it)).collect();
        for FindingKind { id, .. } in kinds {
            let (before, _) = declared.split_once(&format!(" = \"{id}\"")).expect("it is declared");
            let constant = before.rsplit(' ').next().expect("it has a name");
            let name_of = format!("ids::{constant}");
            let used = code.split(name_of.as_str()).skip(1);
            let used =
                used.filter(|it| !it.starts_with(|it: char| it.is_alphanumeric() || it == '_'));
            assert!(used.count() > 0, "{name} never finds `{id}`");
        }
        let mut lines = code.lines().filter(|it| !it.trim_start().starts_with("//"));
        let is_in_ids = lines.all(|it| !it.contains("FindingId::new("));
        assert!(is_in_ids, "{name} has an id outside of ids.rs");
    }
}

#[tokio::test]
async fn each_finding_of_a_recording_is_in_the_table_with_its_verdict() {
    let known: BTreeMap<&str, &FindingKind> = kinds().map(|(_, it)| (it.id, it)).collect();
    let mut met = BTreeSet::new();
    for file in files(&root().join("tests/cassettes"), "toml") {
        let mut cassette = Cassette::read(&file).unwrap_or_else(|it| panic!("{it}"));
        let typed = &cassette.scene.typed;
        let (ours, theirs) = typed.split_once(" -- ").unwrap_or((typed, ""));
        if !theirs.is_empty() || ours.contains("pipeline") {
            continue;
        }
        cassette.scene.typed = format!("{ours} --json");
        cassette.scene.config = hemma_lab::application::settings_text(&cassette.scene.config);
        let played = App::new().play(cassette).await.unwrap_or_else(|it| panic!("{it}"));
        let Some(line) = played.stdout.lines().last() else { continue };
        let document: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let findings = document["report"]["findings"].as_array().cloned().unwrap_or_default();
        for finding in findings {
            let (id, verdict) = (finding["id"].as_str().unwrap_or_default(), &finding["verdict"]);
            let Some(kind) = known.get(id) else { panic!("{}: {finding}", file.display()) };
            let may =
                |it: &hemma_core::Verdict| serde_json::to_value(it).ok().as_ref() == Some(verdict);
            assert!(kind.verdicts.iter().any(may), "`{id}` is {verdict}: {}", file.display());
            met.insert(id.to_owned());
        }
    }
    assert!(met.len() > 60, "only these were met: {met:#?}");
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|it| panic!("{}: {it}", file.display()))
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
