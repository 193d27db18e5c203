//! The runbook's sections, one file each, in runbook order; and what makes a section.

mod day0_1_preconditions;
mod day1_1_dns_records;
mod day1_2_proxy_health;
mod day1_3_cert_readiness;
mod day2_0_checkout_location;
mod day2_1_external_network;
mod day2_2_mirror_repo;
mod day2_3_env_file;
mod day2_4_shared_db;
mod day2_5_first_deploy;
mod day2_6_service_health;
mod day2_7_routing_tls;
mod day3_1_language_tool_deploy;
mod day3_2_language_tool_health;
mod day3_3_tunnels;
mod day3_4_smoke_test;
mod notes_1_public_surface;
mod offload_1_image_build;
mod offload_2_container_run;
mod offload_3_container_health;
mod offload_4_tunnel;
mod offload_5_pipeline;

use std::pin::Pin;

use clap::{ArgMatches, Command};

use crate::{Answer, Failure, Run};

/// One section of a runbook: its arguments, whose doc comment is its help text, and its one call.
pub trait Section: clap::Args + 'static {
    /// `<group>_<step>_<noun>`: the one word for the section on every shelf.
    const SLUG: &'static str;

    /// Whether it sees to its own end: a signal does not cut it.
    const ENDS_ITSELF: bool = false;

    /// Looks, or proposes and changes.
    fn run(self, run: &Run<'_>) -> impl Future<Output = Result<Answer, Failure>>;
}

/// hemma's own, in runbook order.
pub(crate) const OWN: [Registered; 22] = [
    Registered::of::<day0_1_preconditions::Args>(),
    Registered::of::<day1_1_dns_records::Args>(),
    Registered::of::<day1_2_proxy_health::Args>(),
    Registered::of::<day1_3_cert_readiness::Args>(),
    Registered::of::<day2_0_checkout_location::Args>(),
    Registered::of::<day2_1_external_network::Args>(),
    Registered::of::<day2_2_mirror_repo::Args>(),
    Registered::of::<day2_3_env_file::Args>(),
    Registered::of::<day2_4_shared_db::Args>(),
    Registered::of::<day2_5_first_deploy::Args>(),
    Registered::of::<day2_6_service_health::Args>(),
    Registered::of::<day2_7_routing_tls::Args>(),
    Registered::of::<day3_1_language_tool_deploy::Args>(),
    Registered::of::<day3_2_language_tool_health::Args>(),
    Registered::of::<day3_3_tunnels::Args>(),
    Registered::of::<day3_4_smoke_test::Args>(),
    Registered::of::<offload_1_image_build::Args>(),
    Registered::of::<offload_2_container_run::Args>(),
    Registered::of::<offload_3_container_health::Args>(),
    Registered::of::<offload_4_tunnel::Args>(),
    Registered::of::<offload_5_pipeline::Args>(),
    Registered::of::<notes_1_public_surface::Args>(),
];

/// What the groups are called in the help.
const GROUPS: [(&str, &str); 6] = [
    ("day0", "Preconditions"),
    ("day1", "DNS + TLS surface"),
    ("day2", "First deploy workflow"),
    ("day3", "Research services, tunneled"),
    ("offload", "The embedding server, tunneled"),
    ("notes", "What holds on every day"),
];

type Running<'r> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + 'r>>;

/// A section whose type is forgotten, so that all of them fit into one list.
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
pub(crate) fn augment(root: Command, registered: &[Registered]) -> Command {
    registered.iter().fold(root, |root, section| {
        let (group, name) = subcommand(section.slug).expect("a slug is `<group>_<step>_<noun>`");
        let below = (section.augment)(Command::new(name));
        if root.find_subcommand(&group).is_some() {
            return root.mut_subcommand(group, |it| it.subcommand(below));
        }
        let about = GROUPS.iter().find(|(it, _)| *it == group).map(|(_, about)| *about);
        let new = Command::new(group.clone())
            .about(about.unwrap_or("Sections of this repository's own").to_owned())
            .display_order(100)
            .subcommand_required(true)
            .arg_required_else_help(true);
        root.subcommand(new.subcommand(below))
    })
}

/// The section that was typed, and what was typed after it.
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
