//! A proposal as text: its steps by kind, the counts, and the notes.

use clap::builder::styling::Style;
use hemma_deploy::plan::Sign;

use super::page::Page;
use super::words::{GREEN, RED, STRONG, YELLOW, line, plain};
use crate::proposal::listed;
use crate::{Proposal, Proposed};

/// The number of similar steps from which on they share a line.
const FOLDED_MIN: usize = 4;

/// The width in front of each row: its mark and a space.
const LEAD: usize = 2;

/// A line of the plan: one step, or many of one kind.
struct Row {
    mark: char,
    style: Style,
    cells: [String; 3],
}

/// The steps, the counts of each kind, and the notes.
pub(super) fn proposal(page: Page, proposal: &Proposal) -> String {
    let groups = groups(page, proposal);
    let room = room(page, &groups);
    let rows: Vec<Row> = groups.iter().map(|it| row(it, room)).collect();
    let cells: Vec<_> = rows.iter().map(|it| it.cells.clone()).collect();
    let shown = page.columns(LEAD, &cells);
    let mut text = String::new();
    let mut stage = None;
    for ((group, row), shown) in groups.iter().zip(&rows).zip(shown) {
        let heading = &group[0].heading;
        if heading.is_some() && *heading != stage {
            stages(&mut text, page, proposal, stage.as_deref(), heading.as_deref());
            stage.clone_from(heading);
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

/// The headings of the stages after `from`, up to `to`; without it, all.
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

/// The steps that share a line, in the order of the first of each.
fn groups(page: Page, proposal: &Proposal) -> Vec<Vec<&Proposed>> {
    let alike = |a: &Proposed, b: &Proposed| {
        a.kind.is_same(&b.kind)
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

/// The columns for the names of a shared line.
fn room(page: Page, groups: &[Vec<&Proposed>]) -> Option<usize> {
    let cells: Vec<_> = groups.iter().map(|it| row(it, Some(0)).cells).collect();
    page.room(LEAD, &cells)
}

fn row(group: &[&Proposed], room: Option<usize>) -> Row {
    let step = group[0];
    let style = match step.sign {
        Sign::Add => GREEN,
        Sign::Change => YELLOW,
        Sign::Remove => RED,
    };
    let cells = if let [step] = group {
        [plain(&step.action), plain(&step.subject), plain(&step.reason)]
    } else {
        let reason = format!("; each: {}", plain(&step.reason));
        let names: Vec<String> = group.iter().map(|it| plain(&it.kind.name)).collect();
        let names = fitting(&names, room.map(|it| (2 * it).saturating_sub(reason.len())));
        let count = step.kind.noun.amount(group.len());
        [step.kind.verb.clone(), count, format!("{names}{reason}")]
    };
    Row { mark: step.sign.mark(), style, cells }
}

/// As many names as there is room for, at least one.
fn fitting(names: &[String], room: Option<usize>) -> String {
    let Some(room) = room else { return names.join(", ") };
    let most = (1..=names.len()).rev().find(|it| listed(names, *it).len() <= room);
    listed(names, most.unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use hemma_core::names::PgName;
    use hemma_deploy::plan::{Action, ContainerAction, Plan, Statement, Step};
    use hemma_postgres::databases;

    use super::*;

    const WIDE: Page = Page { width: None, folded: true };
    const NARROW: Page = Page { width: Some(80), folded: true };

    fn shown(page: Page, it: &Proposal) -> String {
        anstream::adapter::strip_str(&proposal(page, it)).to_string()
    }

    fn pg_name(text: &str) -> PgName {
        text.parse().expect("a name")
    }

    fn statement(step: databases::Step) -> Step {
        let reason = step.reason();
        Step::new(Action::RunStatement(Statement { step, role: pg_name("huleedu_user") }), reason)
    }

    fn container(action: ContainerAction, service: &str, reason: &str) -> Step {
        Step::container(action, &service.parse().expect("a service"), reason)
    }

    fn first_deploy() -> Proposal {
        let names = ["batch", "cj", "class", "content", "email", "essay", "file", "identity"];
        let clone = Action::Clone("~/apps/huleedu".parse().expect("a directory"));
        let mut steps = vec![
            Step::new(clone, "branch main of git://git/huleedu.git"),
            statement(databases::Step::CreateRole),
        ];
        let database =
            |it: &&str| databases::Step::CreateDatabase(pg_name(&format!("huleedu_{it}")));
        steps.extend(names.iter().map(database).map(statement));
        let reason = "changed by 1f0c2a9 api: answer in whole sentences";
        steps.push(Step::build(&"api".parse().expect("a service"), reason));
        Proposal::from(&Plan { steps })
    }

    #[test]
    fn a_proposal_reads_as_a_sentence_a_line() {
        let network = Action::CreateNetwork("hule-network".parse().expect("a network"));
        let left = "0123456789ab_web".parse().expect("a container");
        let steps = vec![
            Step::new(network, "it is not there"),
            Step::new(Action::Discard(left), "an interrupted replacement left it behind"),
            container(ContainerAction::Recreate, "web", "its image changed"),
            container(ContainerAction::Remove, "old", "no file names it any more"),
        ];
        let proposal = Proposal::from(&Plan { steps });
        let expected = "\
+ create network  hule-network      it is not there
- discard         0123456789ab_web  an interrupted replacement left it behind
~ recreate        web               its image changed
- remove          old               no file names it any more

Plan: 1 network to create, 1 leftover container to discard, 1 container to recreate, 1 container to remove
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
        let step = container(ContainerAction::Recreate, "api", "its image is rebuilt");
        let step = Step { stage: Some("web".to_owned()), ..step };
        let mut plan = Proposal::from(&Plan { steps: vec![step] });
        let stage = |name: &str, services: &[&str]| {
            (name.to_owned(), services.iter().map(|it| (*it).to_owned()).collect())
        };
        plan.stages = vec![stage("data", &["redis", "kafka"]), stage("web", &["api"])];
        plan.stages.push(stage("rest", &[]));
        plan.notes = vec!["not set anywhere, so empty: A (a.yml:3)".to_owned()];
        let expected = "\
stage data: redis, kafka (nothing to do)
stage web: api
~ recreate  api  its image is rebuilt
stage rest: no service (nothing to do)

note: not set anywhere, so empty: A (a.yml:3)
";
        assert_eq!(shown(WIDE, &plan), expected);
    }
}
