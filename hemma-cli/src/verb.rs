//! Commands outside the runbook: the trait that an application implements to add one.

use clap::{ArgMatches, Command};

use crate::section::Running;
use crate::{Answer, Failure, Run};

/// Examples at the end of a command's help, each with its purpose: by the words of the command. The
/// program's name is put before them.
pub type Examples = &'static [(&'static str, &'static [(&'static str, &'static str)])];

/// A command outside the runbook: its arguments, whose doc comment is its help text, and its
/// function.
pub trait Verb: clap::Args + 'static {
    /// The word after the program's name.
    const NAME: &'static str;

    /// The heading of the verb in the help.
    const HEADING: &'static str = "This repository";

    /// Whether the help leaves the verb out.
    const HIDDEN: bool = false;

    /// Whether the verb is about the host of a `hemma.toml`, which must exist then.
    const NEEDS_CONFIG: bool = true;

    /// The examples for the end of its help, and of the help of each command below it.
    const EXAMPLES: Examples = &[];

    /// Runs the verb: looks, or proposes and changes.
    fn run(self, run: &Run<'_>) -> impl Future<Output = Result<Answer, Failure>>;
}

/// A verb as a value, without its type, so that all fit into one list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddedVerb {
    pub(crate) name: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) hidden: bool,
    pub(crate) needs_config: bool,
    pub(crate) examples: Examples,
    augment: fn(Command) -> Command,
    run: for<'r> fn(&ArgMatches, &'r Run<'r>) -> Running<'r>,
}

impl AddedVerb {
    pub(crate) const fn of<V: Verb>() -> Self {
        Self {
            name: V::NAME,
            heading: V::HEADING,
            hidden: V::HIDDEN,
            needs_config: V::NEEDS_CONFIG,
            examples: V::EXAMPLES,
            augment: V::augment_args,
            run: run_of::<V>,
        }
    }

    pub(crate) fn command(&self) -> Command {
        (self.augment)(Command::new(self.name)).hide(self.hidden)
    }

    pub(crate) fn run<'r>(&self, matches: &ArgMatches, run: &'r Run<'r>) -> Running<'r> {
        (self.run)(matches, run)
    }
}

fn run_of<'r, V: Verb>(matches: &ArgMatches, run: &'r Run<'r>) -> Running<'r> {
    let args = V::from_arg_matches(matches);
    Box::pin(async move { args.map_err(Failure::usage)?.run(run).await })
}

/// The verb that was typed, with its arguments.
pub(crate) fn find<'v, 'm>(
    added: &'v [AddedVerb],
    matches: &'m ArgMatches,
) -> Option<(&'v AddedVerb, &'m ArgMatches)> {
    let (name, below) = matches.subcommand()?;
    Some((added.iter().find(|it| it.name == name)?, below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::App;

    /// Check that the lights are on
    #[derive(clap::Args)]
    struct Lights {}

    impl Verb for Lights {
        const NAME: &'static str = "lights";
        const EXAMPLES: Examples = &[("lights", &[("after dark", "lights")])];

        async fn run(self, _: &Run<'_>) -> Result<Answer, Failure> {
            Ok(Answer::text("on\n".to_owned()))
        }
    }

    #[test]
    fn a_verb_of_a_repository_has_its_heading_and_its_examples() {
        let app = App::new().verb::<Lights>();
        let mut root = app.command().term_width(80);
        let help = root.render_long_help().to_string();
        assert!(help.contains("\nThis repository:\n  lights "), "{help}");
        let lights = root.find_subcommand_mut("lights").expect("it was added");
        let help = lights.render_long_help().to_string();
        assert!(help.contains("  # after dark\n  cargo xtask lights"), "{help}");
        assert!(app.parse(["lights", "--host", "far"]).is_ok());
    }

    #[test]
    fn without_a_practice_host_there_is_no_flag_for_it() {
        assert!(App::new().parse(["status", "--lab"]).is_err());
    }
}
