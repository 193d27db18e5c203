//! A proposal as text: its steps by kind, the counts, and what is new beside them.

use clap::builder::styling::Style;

use super::page::Page;
use super::words::{GREEN, RED, STRONG, YELLOW, line, plain};
use crate::proposal::{listed, step_kind};
use crate::{Proposal, Proposed};

/// So many steps that differ in nothing but their subject are told in one line.
const FOLDED_MIN: usize = 4;

/// Before each row: its mark and a space.
const LEAD: usize = 2;

/// A line of the plan: one step, or many of one kind.
struct Row {
    mark: char,
    style: Style,
    cells: [String; 3],
}

/// The steps, how many there are of each kind, and the notes.
pub(super) fn proposal(page: Page, proposal: &Proposal) -> String {
    let groups = groups(page, proposal);
    let room = room(page, proposal, &groups);
    let rows: Vec<Row> = groups.iter().map(|it| row(proposal, it, room)).collect();
    let cells: Vec<_> = rows.iter().map(|it| it.cells.clone()).collect();
    let shown = page.columns(LEAD, &cells);
    let mut text = String::new();
    let mut stage = None;
    for ((group, row), shown) in groups.iter().zip(&rows).zip(shown) {
        if group[0].stage != stage && group[0].action != "build" {
            stages(&mut text, page, proposal, stage.as_deref(), group[0].stage.as_deref());
            stage.clone_from(&group[0].stage);
        }
        let Row { mark, style, .. } = row;
        line(&mut text, format_args!("{style}{mark}{style:#} {shown}"));
    }
    stages(&mut text, page, proposal, stage.as_deref(), None);
    if proposal.steps.len() > 1 {
        let summary = page.wrapped(&format!("Plan: {}", proposal.summary()), 6);
        let summary = summary.strip_prefix("Plan:").unwrap_or(&summary);
        line(&mut text, format_args!("\n{STRONG}Plan:{STRONG:#}{summary}"));
    }
    for (at, note) in proposal.notes.iter().enumerate() {
        let note = page.wrapped(&format!("note: {}", plain(note)), 6);
        line(&mut text, format_args!("{}{note}", if at == 0 { "\n" } else { "" }));
    }
    text
}

/// The headings of the stages behind `from`, to the one that `to` names; without it, all.
fn stages(
    text: &mut String,
    page: Page,
    proposal: &Proposal,
    from: Option<&str>,
    to: Option<&str>,
) {
    let at = |name| proposal.stages.iter().position(|it| it.0 == name);
    let begin = from.and_then(at).map_or(0, |it| it + 1);
    let end = to.map_or(proposal.stages.len(), |it| at(it).map_or(begin, |it| it + 1));
    for (name, services) in proposal.stages.get(begin..end).unwrap_or_default() {
        let services = if services.is_empty() { "no service".into() } else { services.join(", ") };
        let idle = if to == Some(name) { "" } else { " (nothing to do)" };
        let shown = page.wrapped(&format!("stage {name}: {services}{idle}"), 4);
        line(text, format_args!("{shown}"));
    }
}

/// Steps that are told in one line, in the order of the first of each.
fn groups(page: Page, proposal: &Proposal) -> Vec<Vec<&Proposed>> {
    let alike = |a: &Proposed, b: &Proposed| {
        step_kind(a, proposal.noun) == step_kind(b, proposal.noun)
            && (&a.action, &a.reason, &a.stage) == (&b.action, &b.reason, &b.stage)
    };
    let mut groups: Vec<Vec<&Proposed>> = Vec::new();
    for step in &proposal.steps {
        match groups.iter_mut().find(|it| alike(it[0], step)) {
            Some(group) => group.push(step),
            None => groups.push(vec![step]),
        }
    }
    let folded = |it: &Vec<&Proposed>| page.folded && it.len() >= FOLDED_MIN;
    let single = |it: Vec<_>| {
        if folded(&it) { vec![it] } else { it.into_iter().map(|it| vec![it]).collect() }
    };
    groups.into_iter().flat_map(single).collect()
}

/// How many columns the names of a folded line have.
fn room(page: Page, proposal: &Proposal, groups: &[Vec<&Proposed>]) -> Option<usize> {
    let cells: Vec<_> = groups.iter().map(|it| row(proposal, it, Some(0)).cells).collect();
    page.room(LEAD, &cells)
}

fn row(proposal: &Proposal, group: &[&Proposed], room: Option<usize>) -> Row {
    let step = group[0];
    let (verb, _, several) = step_kind(step, proposal.noun);
    let (mark, style) = match verb.split(' ').next().unwrap_or_default() {
        "remove" | "stop" | "discard" => ('-', RED),
        "clone" | "create" | "build" | "start" | "add" => ('+', GREEN),
        _ => ('~', YELLOW),
    };
    let cells = if let [step] = group {
        [plain(&step.action), plain(&step.subject), plain(&step.reason)]
    } else {
        let reason = format!("; each: {}", plain(&step.reason));
        let names: Vec<String> = group.iter().map(|it| name(it)).collect();
        let names = fitting(&names, room.map(|it| (2 * it).saturating_sub(reason.len())));
        [verb.to_owned(), format!("{} {several}", group.len()), format!("{names}{reason}")]
    };
    Row { mark, style, cells }
}

/// What a step is done to, in a list: of a statement the name that it makes.
fn name(step: &Proposed) -> String {
    let quoted = |it: &str| it.split('"').nth(1).map(str::to_owned);
    let of_statement = || step.subject.starts_with("CREATE ").then(|| quoted(&step.subject));
    let last = || step.subject.split(' ').next_back().unwrap_or_default().to_owned();
    plain(&of_statement().flatten().unwrap_or_else(last))
}

/// As many names as there is room for, at least one.
fn fitting(names: &[String], room: Option<usize>) -> String {
    let Some(room) = room else { return names.join(", ") };
    let most = (1..=names.len()).rev().find(|it| listed(names, *it).len() <= room);
    listed(names, most.unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Page = Page { width: None, folded: true };
    const NARROW: Page = Page { width: Some(80), folded: true };

    fn shown(page: Page, it: &Proposal) -> String {
        anstream::adapter::strip_str(&proposal(page, it)).to_string()
    }

    fn first_deploy() -> Proposal {
        let names = ["batch", "cj", "class", "content", "email", "essay", "file", "identity"];
        let plan = Proposal::default()
            .step("clone", "~/apps/huleedu", "branch main of git://git/huleedu.git")
            .step("run", "CREATE ROLE \"huleedu_user\" LOGIN;", "the application logs in as it");
        let plan = names.iter().fold(plan, |plan, it| {
            let statement = format!("CREATE DATABASE \"huleedu_{it}\" OWNER \"huleedu_user\";");
            plan.step("run", statement, "it is missing")
        });
        plan.step("build", "api", "changed by 1f0c2a9 api: answer in whole sentences")
            .of("container", "containers")
    }

    #[test]
    fn a_proposal_reads_as_a_sentence_a_line() {
        let proposal = Proposal::default()
            .step("create network", "hule-network", "it is not there")
            .step("recreate", "web", "its image changed")
            .step("remove", "old", "no file names it any more")
            .of("container", "containers");
        let expected = "\
+ create network  hule-network  it is not there
~ recreate        web           its image changed
- remove          old           no file names it any more

Plan: 1 network to create, 1 container to recreate, 1 container to remove
";
        assert_eq!(shown(WIDE, &proposal), expected);
    }

    #[test]
    fn many_steps_of_one_kind_are_one_line_that_ends_with_the_terminal() {
        let expected = "\
+ clone   ~/apps/huleedu  branch main of git://git/huleedu.git
+ run     CREATE ROLE \"huleedu_user\" LOGIN;
                          the application logs in as it
+ create  8 databases     huleedu_batch, huleedu_cj, huleedu_class,
                          huleedu_content, huleedu_email and 3 more; each: it is
                          missing
+ build   api             changed by 1f0c2a9 api: answer in whole sentences

Plan: 1 repository to clone, 1 role to create, 8 databases to create, 1 image to
      build
";
        let narrow = shown(NARROW, &first_deploy());
        assert_eq!(narrow, expected);
        let wide = shown(WIDE, &first_deploy());
        assert!(wide.contains("huleedu_file, huleedu_identity; each: it is missing"), "{wide}");
        let whole = shown(Page { folded: false, ..WIDE }, &first_deploy());
        assert!(whole.contains("+ run    CREATE DATABASE \"huleedu_file\" OWNER"), "{whole}");
    }

    #[test]
    fn stages_are_headings_and_notes_come_last() {
        let mut plan = Proposal::default().step("recreate", "api", "its image is built anew");
        plan.steps[0].stage = Some("web".to_owned());
        let stage = |name: &str, services: &[&str]| {
            (name.to_owned(), services.iter().map(|it| (*it).to_owned()).collect())
        };
        plan.stages = vec![stage("data", &["redis", "kafka"]), stage("web", &["api"])];
        plan.stages.push(stage("rest", &[]));
        plan.notes = vec!["set nowhere, and blank: A (a.yml:3)".to_owned()];
        let expected = "\
stage data: redis, kafka (nothing to do)
stage web: api
~ recreate  api  its image is built anew
stage rest: no service (nothing to do)

note: set nowhere, and blank: A (a.yml:3)
";
        assert_eq!(shown(WIDE, &plan), expected);
    }
}
