//! The number of crates that are compiled for a single one of hemma's.

use std::collections::BTreeSet;
use std::path::Path;

use hemma_core::{Command, Exec, ExecError, Finding, World};

use crate::ids;

/// A crate that has to stay light, and its features.
const LIGHT: [(&str, &[&str]); 2] = [("hemma-dns", &["--no-default-features"]), ("hemma-tls", &[])];

/// The largest number of crates that counts as light.
const CRATES_MAX: usize = 90;

pub(super) async fn findings(world: &World, root: &Path) -> Result<Vec<Finding>, ExecError> {
    let mut findings = Vec::new();
    for (name, flags) in LIGHT {
        let line = "tree --quiet --locked --offline --edges normal --prefix none --package";
        let tree =
            Command::new("cargo").args(line.split(' ')).arg(name).args(flags.iter().copied());
        let tree = tree.cwd(root.display().to_string());
        let said = [&[name], flags].concat().join(" ");
        let output = world.ask(&Exec::here(tree)).await?;
        findings.push(match counted(&output.stdout) {
            0 => {
                let silent = Silent(output.last_words().to_owned());
                Finding::unknown(ids::WEIGHT_UNSEEN, said, &silent)
            }
            count if count <= CRATES_MAX => {
                Finding::pass(ids::WEIGHT_FINE, said, format!("{count} crates in all"))
            }
            count => {
                let detail = format!("{count} crates in all, more than {CRATES_MAX}");
                Finding::fail(ids::WEIGHT_TOO_MUCH, said, detail)
            }
        });
    }
    Ok(findings)
}

#[derive(Debug, thiserror::Error)]
#[error("`cargo tree` told nothing: {0}")]
struct Silent(String);

/// The number of different crates in a tree: `(*)` means that the rest was shown before.
fn counted(tree: &str) -> usize {
    let lines = tree.lines().map(|it| it.trim_end_matches(" (*)")).filter(|it| !it.is_empty());
    lines.collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_is_shown_twice_is_one() {
        assert_eq!(counted("a v1.0.0\nb v2.0.0\nb v2.0.0 (*)\nb v1.0.0\n"), 3);
        assert_eq!(counted(""), 0);
    }
}
