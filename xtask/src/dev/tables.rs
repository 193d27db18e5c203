//! Tables in the documentation and the READMEs of the crates, generated from the code.

use std::path::Path;

use hemma_cli::ids::OF_ALL_CRATES;
use hemma_cli::{Answer, App, Exit, Failure, Run, subcommand};
use hemma_core::{Finding, FindingKind, Report};

use super::{readme, weight, workspace};
use crate::app;
use crate::ids;

/// Write the tables of the documentation again
///
/// A table is between `<!-- NAME -->` and `<!-- /NAME -->`; the names are sections, exits, crates
/// and findings. The README of each published crate is its own page. What the light crates weigh is
/// counted.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only say which of them are not what they should be
    #[arg(long)]
    check: bool,
}

const FILES: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/findings.md"];

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let root = workspace::root(run.here())?;
        let tables = tables(&app(), root)?;
        let mut report = Report::default();
        for file in FILES.iter().filter(|it| root.join(it).is_file()) {
            let before = workspace::read(&root.join(file))?;
            let after = tables.iter().fold(before.clone(), |text, it| filled(&text, it));
            report.add(self.written(root, file, &before, &after)?);
        }
        for name in workspace::published(root)? {
            let file = format!("{name}/README.md");
            let before = workspace::read(&root.join(&file)).unwrap_or_default();
            let after = readme::of(&name, &workspace::read(&root.join(&name).join("src/lib.rs"))?);
            report.add(self.written(root, &file, &before, &after)?);
        }
        weight::findings(run.world(), root).await?.into_iter().for_each(|it| report.add(it));
        Ok(Answer::Report(report))
    }

    /// Writes a file if it differs from what it should be, or only reports that.
    fn written(&self, root: &Path, file: &str, is: &str, should: &str) -> Result<Finding, Failure> {
        Ok(if is == should {
            Finding::pass(ids::TABLE_CURRENT, file, "as it should be")
        } else if self.check {
            Finding::fail(ids::TABLE_STALE, file, "out of date; run `cargo xtask dev tables`")
        } else {
            workspace::write(&root.join(file), should)?;
            Finding::pass(ids::TABLE_WRITTEN, file, "written")
        })
    }
}

type Table = (&'static str, String);

fn tables(app: &App, root: &Path) -> Result<[Table; 4], Failure> {
    let runbook = workspace::read(&root.join("hemma-cli/RUNBOOK.md"))?;
    Ok([
        ("sections", sections(app, &runbook)),
        ("exits", exits()),
        ("crates", crates(root)?),
        ("findings", findings()),
    ])
}

/// One row for each section: the runbook's heading, which ends with the slug, the command and its
/// help.
fn sections(app: &App, runbook: &str) -> String {
    let root = app.command();
    let row = |slug: &str| {
        let ends = format!(" — `{slug}`");
        let heading = runbook.lines().find_map(|it| it.strip_suffix(&ends)).unwrap_or_default();
        let heading = heading.trim_start_matches(['#', ' ']);
        let (group, name) = subcommand(slug)?;
        let about = root.find_subcommand(&group)?.find_subcommand(&name)?.get_about()?;
        Some(format!("| {heading} | `cargo xtask {group} {name}` | {about} |\n"))
    };
    let rows: String = app.slugs().filter_map(row).collect();
    format!("| runbook | command | what it does |\n|---|---|---|\n{rows}")
}

fn exits() -> String {
    let row = |it: Exit| format!("| {} | `{it:?}` | {} |\n", it.code(), it.meaning());
    format!("| code | name | meaning |\n|---|---|---|\n{}", Exit::ALL.map(row).concat())
}

/// One sentence for each crate: the description in its manifest.
fn crates(root: &Path) -> Result<String, Failure> {
    let mut rows = String::new();
    for (_, manifest) in workspace::manifests(root)? {
        let field = |key| manifest.get("package")?.get(key)?.as_str();
        if let (Some(name), Some(about)) = (field("name"), field("description")) {
            rows += &["| `", name, "` | ", about, " |\n"].concat();
        }
    }
    Ok(format!("| crate | what it answers |\n|---|---|\n{rows}"))
}

/// One row for each id, in the order of the ids: several crates have ids of one area.
fn findings() -> String {
    let own = [("hemma-xtask", ids::ALL)];
    let all = OF_ALL_CRATES.into_iter().chain(own);
    let rows = all.flat_map(|(name, kinds)| kinds.iter().map(move |it| (it, name)));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(kind, _)| kind.id);
    let row = |(FindingKind { id, meaning, verdicts }, name): (&FindingKind, &str)| {
        let verdicts: Vec<_> = verdicts.iter().map(|it| format!("{it:?}").to_lowercase()).collect();
        format!("| `{id}` | `{name}` | {meaning} | {} |\n", verdicts.join(", "))
    };
    let rows: String = rows.into_iter().map(row).collect();
    format!("| id | crate | what it means | verdict |\n|---|---|---|---|\n{rows}")
}

/// The text with a table between its marks; the unchanged text if it has no such marks.
fn filled(text: &str, (name, table): &Table) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let Some((before, rest)) = text.split_once(&begin) else { return text.to_owned() };
    let Some((_, after)) = rest.split_once(&end) else { return text.to_owned() };
    format!("{before}{begin}{table}{end}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_between_its_marks_and_twice_is_once() {
        let table = ("exits", "| a |\n".to_owned());
        let once = filled("x\n<!-- exits -->\nold\n<!-- /exits -->\ny\n", &table);
        assert_eq!(once, "x\n<!-- exits -->\n| a |\n<!-- /exits -->\ny\n");
        assert_eq!(filled(&once, &table), once);
        assert_eq!(filled("none here", &table), "none here");
    }
}
