//! The public errors of the libraries, read from their sources.

use std::path::Path;

use crate::files::files;

/// Crates whose errors reach no other crate; the compiler asks for their class where they become a
/// failure.
const DRIVER: [&str; 2] = ["hemma-cli", "hemma-lab"];

/// Every variant of every public error, by the file that has it:
/// `hemma_core::exec::ExecError::Lost`. A struct is a single one.
pub(crate) fn errors() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(root).expect("the root can be listed");
    let names = entries.map(|it| it.expect("it can be listed").file_name());
    let names = names.map(|it| it.to_string_lossy().into_owned());
    let is_library = |it: &String| it.starts_with("hemma-") && !DRIVER.contains(&it.as_str());
    let mut found = Vec::new();
    for name in names.filter(is_library) {
        let src = root.join(&name).join("src");
        for file in files(&src, "rs") {
            let text = std::fs::read_to_string(&file).expect("it is text");
            let module = module(&name, file.strip_prefix(&src).expect("it is below"));
            found.extend(errors_of(&text).into_iter().map(|it| format!("{module}::{it}")));
        }
    }
    found
}

/// `hemma-core`, `live/mod.rs`: `hemma_core::live`.
fn module(name: &str, file: &Path) -> String {
    let file = file.with_extension("");
    let parts = file.iter().map(|it| it.to_string_lossy().into_owned());
    let parts = parts.filter(|it| it != "mod" && it != "lib");
    let all: Vec<String> = [name.replace('-', "_")].into_iter().chain(parts).collect();
    all.join("::")
}

/// The public types that derive or implement an error.
fn errors_of(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((kind, name)) = declared(line) else { continue };
        if !is_derived(&lines[..at]) && !is_by_hand(text, name) {
            continue;
        }
        if kind == "struct" {
            found.push(name.to_owned());
            continue;
        }
        let body = lines[at + 1..].iter().take_while(|it| **it != "}");
        let variants = body.filter_map(|it| variant(it));
        found.extend(variants.map(|it| format!("{name}::{it}")));
    }
    found
}

/// The kind and the name of a public type that begins in this line.
fn declared(line: &str) -> Option<(&'static str, &str)> {
    let of = |kind| Some((kind, line.strip_prefix("pub ")?.strip_prefix(kind)?.strip_prefix(' ')?));
    let (kind, rest) = of("enum").or_else(|| of("struct"))?;
    let end = rest.find(|it: char| !it.is_alphanumeric()).unwrap_or(rest.len());
    Some((kind, &rest[..end]))
}

/// Whether the attributes right above make it an error.
fn is_derived(above: &[&str]) -> bool {
    let attributes = above.iter().rev().take_while(|it| !it.is_empty() && **it != "}");
    attributes.into_iter().any(|it| it.starts_with("#[derive(") && it.contains("thiserror::Error"))
}

fn is_by_hand(text: &str, name: &str) -> bool {
    let by_hand = format!("Error for {name} {{");
    text.lines().any(|it| {
        let it = it.strip_prefix("impl ").unwrap_or_default();
        it.strip_prefix("std::error::").unwrap_or(it).starts_with(&by_hand)
    })
}

/// The name of a variant, which is indented by four spaces.
fn variant(line: &str) -> Option<&str> {
    let line = line.strip_prefix("    ")?;
    let end = line.find(|it: char| !it.is_alphanumeric()).unwrap_or(line.len());
    (line.starts_with(char::is_uppercase)).then(|| &line[..end])
}

#[test]
fn errors_are_found_in_a_text() {
    let text = "
#[derive(Debug, thiserror::Error)]
#[serde(rename_all = \"snake_case\")]
pub enum LookError {
    /// The host.
    #[error(\"no {host}\")]
    Ask {
        Host: Host,
    },
    None,
    Other(#[source] Cause),
}

#[derive(Debug)]
pub enum Plain {
    One,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Own {
    One,
}

pub struct ByHand(String);

impl std::error::Error for ByHand {}
";
    let expected = ["LookError::Ask", "LookError::None", "LookError::Other", "ByHand"];
    assert_eq!(errors_of(text), expected);
}
