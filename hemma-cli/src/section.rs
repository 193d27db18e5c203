//! The trait of a runbook's sections, and their place on the command line.

use std::pin::Pin;

use clap::{ArgMatches, Command};

use crate::named::Named;
use crate::{Answer, Failure, Run};

/// One section of a runbook: its arguments, whose doc comment is its help text, and its function.
pub trait Section: clap::Args + 'static {
    /// The slug, `<group>_<step>_<noun>`, which names the section's files, commands and recordings.
    const SLUG: &'static str;

    /// Whether the section ends by itself: a signal does not cut it.
    const ENDS_ITSELF: bool = false;

    /// Runs the section: looks, or proposes and changes.
    fn run(self, run: &Run<'_>) -> impl Future<Output = Result<Answer, Failure>>;
}

/// The titles of the groups in the help.
const GROUPS: [(&str, &str); 6] = [
    ("day0", "Preconditions"),
    ("day1", "DNS + TLS surface"),
    ("day2", "First deploy workflow"),
    ("day3", "Research services, tunneled"),
    ("offload", "The embedding server, tunneled"),
    ("notes", "What holds on every day"),
];

/// The future of a section or a verb.
pub(crate) type Running<'r> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + 'r>>;

/// A section as a value, without its type, so that all fit into one list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Registered {
    pub(crate) slug: &'static str,
    pub(crate) ends_itself: bool,
    augment: fn(Command) -> Command,
    run: for<'r> fn(&ArgMatches, &'r Run<'r>) -> Running<'r>,
}

impl Registered {
    pub(crate) const fn of<S: Section>() -> Self {
        let (slug, ends_itself) = (S::SLUG, S::ENDS_ITSELF);
        Self { slug, ends_itself, augment: S::augment_args, run: run_of::<S> }
    }

    pub(crate) fn run<'r>(&self, matches: &ArgMatches, run: &'r Run<'r>) -> Running<'r> {
        (self.run)(matches, run)
    }
}

fn run_of<'r, S: Section>(matches: &ArgMatches, run: &'r Run<'r>) -> Running<'r> {
    let args = S::from_arg_matches(matches);
    Box::pin(async move { args.map_err(Failure::usage)?.run(run).await })
}

/// The subcommand of a slug: `day2_1_external_network` is `day2 external-network`.
pub fn subcommand(slug: &str) -> Option<(String, String)> {
    let (group, rest) = slug.split_once('_')?;
    let (_step, noun) = rest.split_once('_')?;
    Some((group.to_owned(), noun.replace('_', "-")))
}

/// Adds a command for each group, and below it one for each section.
///
/// A section whose subject `hemma.toml` does not name is hidden: when it is typed, it says what to
/// add.
pub(crate) fn augment(root: Command, registered: &[Registered], named: Named) -> Command {
    let group_of = |it: &Registered| it.slug.split('_').next().unwrap_or_default();
    let is_shown = |group: &str| {
        registered.iter().any(|it| group_of(it) == group && named.has_section(it.slug))
    };
    registered.iter().fold(root, |root, section| {
        let (group, name) = subcommand(section.slug).expect("a slug is `<group>_<step>_<noun>`");
        let hidden = !named.has_section(section.slug);
        let below = (section.augment)(Command::new(name)).hide(hidden);
        if root.find_subcommand(&group).is_some() {
            return root.mut_subcommand(group, |it| it.subcommand(below));
        }
        let about = GROUPS.iter().find(|(it, _)| *it == group).map(|(_, about)| *about);
        let new = Command::new(group.clone())
            .about(about.unwrap_or("Sections of this repository's own").to_owned())
            .display_order(100)
            .hide(!is_shown(&group))
            .subcommand_required(true)
            .arg_required_else_help(true);
        root.subcommand(new.subcommand(below))
    })
}

/// The section that was typed, with its arguments.
pub(crate) fn find<'s, 'm>(
    registered: &'s [Registered],
    matches: &'m ArgMatches,
) -> Option<(&'s Registered, &'m ArgMatches)> {
    let (group, below) = matches.subcommand()?;
    let (name, below) = below.subcommand()?;
    let typed = (group.to_owned(), name.to_owned());
    let section = registered.iter().find(|it| subcommand(it.slug).as_ref() == Some(&typed))?;
    Some((section, below))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_slug_is_a_command() {
        let rows = [
            ("day2_1_external_network", Some(("day2", "external-network"))),
            ("notes_1_public_surface", Some(("notes", "public-surface"))),
            ("day2", None),
            ("day2_1", None),
        ];
        for (slug, typed) in rows {
            let typed = typed.map(|(group, name)| (group.to_owned(), name.to_owned()));
            assert_eq!(super::subcommand(slug), typed);
        }
    }
}
