//! `cargo xtask` in a cargo workspace: the alias, and a crate of three lines.

use std::path::Path;

use super::write;
use crate::{Failure, Proposed, repository};

/// The files to be written, and what has to be done by hand.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) files: Vec<Addition>,
    pub(super) notes: Vec<String>,
}

/// A file that is written, or gets a line.
#[derive(Debug)]
pub(super) struct Addition {
    /// The path, relative to the workspace.
    pub(super) path: String,
    before: Option<String>,
    text: String,
    reason: &'static str,
}

const ALIAS: &str = "xtask = \"run --quiet --package xtask --\"\n";

const MAIN: &str = "fn main() -> std::process::ExitCode {\n    hemma_cli::main()\n}\n";

const CONFIG: &str = ".cargo/config.toml";

impl Addition {
    pub(super) fn proposed(&self) -> Proposed {
        match self.before {
            None => Proposed::add("write", &self.path, self.reason),
            Some(_) => Proposed::change("change", &self.path, self.reason),
        }
    }

    pub(super) fn write(&self, root: &Path) -> Result<(), Failure> {
        let path = root.join(&self.path);
        match &self.before {
            None => write::new_file(&path, &self.text),
            Some(before) => write::changed_file(&path, before, &self.text),
        }
    }
}

/// The files of `cargo xtask` that a workspace lacks.
pub(super) fn files(root: &Path) -> Files {
    let text = |path: &str| repository::text(root, path);
    let is_there = |path: &str| root.join(path).symlink_metadata().is_ok();
    additions(text("Cargo.toml").as_deref(), text(CONFIG), is_there(CONFIG), is_there("xtask"))
}

fn additions(
    workspace: Option<&str>,
    config: Option<String>,
    has_config: bool,
    has_crate: bool,
) -> Files {
    let mut all = Files::default();
    let Some(workspace) = workspace.filter(|it| it.contains("[workspace]")) else {
        all.notes
            .push("--xtask is for the root of a cargo workspace, and this is not one".to_owned());
        return all;
    };
    let new = |path: &str, text: String, reason| Addition {
        path: path.to_owned(),
        before: None,
        text,
        reason,
    };
    if has_crate {
        all.notes.push("there is an `xtask` already; it is left as it is".to_owned());
    } else {
        let version = env!("CARGO_PKG_VERSION");
        let manifest = format!(
            "[package]\nname = \"xtask\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\nhemma-cli = \"{version}\"\n"
        );
        all.files.push(new("xtask/Cargo.toml", manifest, "the crate behind `cargo xtask`"));
        all.files.push(new("xtask/src/main.rs", MAIN.to_owned(), "all commands of hemma"));
        member(workspace, &mut all);
    }
    match config {
        Some(text) if text.contains("xtask") => {}
        None if has_config => all.notes.push(format!("{CONFIG} could not be read")),
        None => {
            let text = format!("[alias]\n{ALIAS}");
            all.files.push(new(CONFIG, text, "the alias"));
        }
        Some(before) => {
            let text = match before.split_once("[alias]\n") {
                Some((head, tail)) => format!("{head}[alias]\n{ALIAS}{tail}"),
                None => format!("{}\n\n[alias]\n{ALIAS}", before.trim_end()),
            };
            let (path, before) = (CONFIG.to_owned(), Some(before));
            all.files.push(Addition { path, before, text, reason: "the alias" });
        }
    }
    all
}

/// Adds the crate to the members of the workspace.
fn member(workspace: &str, all: &mut Files) {
    let members = workspace.find("\nmembers = [").map(|at| at + "\nmembers = [".len());
    let Some(at) = members else {
        all.notes.push("add \"xtask\" to the members of the workspace in Cargo.toml".to_owned());
        return;
    };
    let (head, tail) = workspace.split_at(at);
    let is_empty = tail.trim_start().starts_with(']');
    let text = format!("{head}\"xtask\"{}{tail}", if is_empty { "" } else { ", " });
    let before = Some(workspace.to_owned());
    let (path, reason) = ("Cargo.toml".to_owned(), "`xtask` is a member of the workspace");
    all.files.push(Addition { path, before, text, reason });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_gets_what_it_lacks() {
        let workspace = "[workspace]\nmembers = [\"shop\"]\n";
        let paths = |it: &Files| it.files.iter().map(|it| it.path.clone()).collect::<Vec<_>>();
        let all = additions(Some(workspace), None, false, false);
        let expected = ["xtask/Cargo.toml", "xtask/src/main.rs", "Cargo.toml", CONFIG];
        assert_eq!(paths(&all), expected);
        assert_eq!(all.files[2].text, "[workspace]\nmembers = [\"xtask\", \"shop\"]\n");
        for file in all.files.iter().filter(|it| it.path != "xtask/src/main.rs") {
            file.text.parse::<toml::Table>().expect("it is TOML");
        }
        let config = "[build]\njobs = 2\n\n[alias]\nt = \"test\"\n".to_owned();
        let all = additions(Some(workspace), Some(config), true, true);
        assert_eq!(paths(&all), [CONFIG]);
        assert!(all.files[0].text.contains("[alias]\nxtask = "), "{}", all.files[0].text);
        assert_eq!(all.notes.len(), 1);
        let has = Some(format!("[alias]\n{ALIAS}"));
        assert!(additions(Some(workspace), has, true, true).files.is_empty());
        assert!(additions(None, None, false, false).files.is_empty());
        let bare = additions(Some("[workspace]\nresolver = \"3\"\n"), None, false, false);
        assert!(bare.notes[0].contains("members"));
    }
}
