//! The commands of the help, grouped by purpose.

use std::fmt::Write as _;

use clap::Command;

use crate::commands::Commands;
use crate::verb::AddedVerb;

/// The groups: every verb of hemma's own is in one.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Take it live", &["deploy", "plan", "rollback"]),
    ("Look", &["status", "history", "logs", "lock"]),
    ("Every day", &["restart", "rebuild", "exec", "env", "registry", "backup", "prune"]),
    ("Tunnels, research", &["tunnel", "check-text", "embed", "extract"]),
    ("Setting up", &["init", "config", "setup-shell", "completions", "json-schema"]),
];

/// The group after which the sections of the runbook come.
const BEFORE_THE_RUNBOOK: &str = "Tunnels, research";

const RUNBOOK: &str = "The runbook";

/// One line for each group: for a screen of 24 lines.
pub(super) fn short(root: &Command, all: &Commands) -> String {
    let groups = grouped(root, &all.verbs);
    let width = groups.iter().map(|(heading, _)| heading.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (heading, commands) in groups {
        let names: Vec<&str> = commands.iter().map(|it| it.get_name()).collect();
        let _ = writeln!(text, "{:<1$} {2}", format!("{heading}:"), width + 1, names.join(", "));
    }
    text.trim_end().to_owned()
}

/// One line for each command.
pub(super) fn long(root: &Command, all: &Commands) -> String {
    let (groups, program) = (grouped(root, &all.verbs), &all.program);
    let names = groups.iter().flat_map(|(_, commands)| commands).map(|it| it.get_name().len());
    let width = names.max().unwrap_or(0);
    let mut text = String::new();
    for (heading, commands) in groups {
        let _ = writeln!(text, "{heading}:");
        for it in commands {
            let about = it.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {:width$}  {}", it.get_name(), program.named_in(&about));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "`{program} help COMMAND` says more about one of them, with examples.");
    text.trim_end().to_owned()
}

/// The commands by their headings; a command that is not a verb is a section of a runbook.
fn grouped<'r>(root: &'r Command, added: &[AddedVerb]) -> Vec<(&'static str, Vec<&'r Command>)> {
    let shown: Vec<&Command> = root.get_subcommands().filter(|it| !it.is_hide_set()).collect();
    let is_own = |it: &str| GROUPS.iter().any(|(_, names)| names.contains(&it));
    let is_added = |it: &str| added.iter().any(|verb| verb.name == it);
    let is_verb = |it: &&Command| is_own(it.get_name()) || is_added(it.get_name());
    let sections: Vec<&Command> = shown.iter().copied().filter(|it| !is_verb(it)).collect();
    let mut groups = Vec::new();
    for (heading, names) in GROUPS {
        let verbs = names.iter().filter_map(|name| root.find_subcommand(name));
        let verbs = verbs.filter(|it| !it.is_hide_set());
        groups.push((heading, verbs.collect::<Vec<_>>()));
        if heading == BEFORE_THE_RUNBOOK {
            groups.push((RUNBOOK, sections.clone()));
        }
    }
    for verb in added.iter().filter(|it| !it.hidden) {
        let command = root.find_subcommand(verb.name);
        match groups.iter_mut().find(|(heading, _)| *heading == verb.heading) {
            Some((_, commands)) => commands.extend(command),
            None => groups.push((verb.heading, command.into_iter().collect())),
        }
    }
    groups.retain(|(_, commands)| !commands.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use clap::Subcommand as _;

    use super::*;
    use crate::cli::OwnVerb;

    #[test]
    fn every_verb_is_in_one_group_and_every_group_has_verbs_that_there_are() {
        let verbs = OwnVerb::augment_subcommands(Command::new("x"));
        let shown = verbs.get_subcommands().filter(|it| !it.is_hide_set());
        let mut there: Vec<&str> = shown.map(Command::get_name).collect();
        let mut named: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        there.sort_unstable();
        named.sort_unstable();
        assert_eq!(there, named);
    }

    #[test]
    fn the_short_help_is_one_screen() {
        let mut root = crate::App::new().command().term_width(80);
        let help = root.render_help().to_string();
        assert!(help.lines().count() <= 24, "{help}");
        assert!(help.lines().all(|it| it.chars().count() <= 80), "{help}");
        let wide = |it: &&str| it.chars().count() > 80;
        let long = long(&root, &Commands::default());
        assert_eq!(long.lines().filter(wide).collect::<Vec<_>>(), [""; 0]);
    }
}
