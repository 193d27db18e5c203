//! The kind of a step, for counting.

use hemma_deploy::plan::{Action, Statement};
use hemma_postgres::databases;

/// A noun in singular and plural: `key` and `keys`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    /// The singular.
    pub one: &'static str,
    /// The plural.
    pub several: &'static str,
}

impl Noun {
    /// The noun for steps of no particular kind.
    pub const STEP: Self = Self::new("step", "steps");
    pub(crate) const CONTAINER: Self = Self::new("container", "containers");
    pub(crate) const DATABASE: Self = Self::new("database", "databases");
    pub(crate) const FORWARD: Self = Self::new("forward", "forwards");
    pub(crate) const IMAGE: Self = Self::new("image", "images");
    pub(crate) const KEY: Self = Self::new("key", "keys");

    /// A noun of a command.
    pub const fn new(one: &'static str, several: &'static str) -> Self {
        Self { one, several }
    }

    /// A number with the noun: `2 keys`.
    pub(crate) fn amount(self, number: usize) -> String {
        format!("{number} {}", if number == 1 { self.one } else { self.several })
    }
}

/// The kind of a step. Steps of one verb and one noun are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The verb: `create`.
    pub(crate) verb: String,
    /// The noun of the subject.
    pub(crate) noun: Noun,
    /// The noun in a question, where several steps on one thing count once.
    pub(crate) brief: Noun,
    /// The subject's name in a list of such.
    pub(crate) name: String,
}

impl Kind {
    pub(super) fn new(verb: &str, noun: Noun, name: &str) -> Self {
        Self { verb: verb.to_owned(), noun, brief: noun, name: name.to_owned() }
    }

    fn brief(self, one: &'static str, several: &'static str) -> Self {
        Self { brief: Noun::new(one, several), ..self }
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (&self.verb, self.noun) == (&other.verb, other.noun)
    }

    fn of_statement(statement: &Statement) -> Self {
        let of = |one, several| Noun::new(one, several);
        match &statement.step {
            databases::Step::CreateRole => {
                Self::new("create", of("role", "roles"), &statement.role)
            }
            databases::Step::CreateDatabase(name) => Self::new("create", Noun::DATABASE, name),
            databases::Step::AllowLogin
            | databases::Step::SetPassword
            | databases::Step::GiveDatabase(_)
            | databases::Step::OpenSchema(_) => {
                let whole = statement.step.statement(&statement.role);
                Self::new("run", of("statement", "statements"), &whole)
            }
        }
    }
}

impl From<&Action> for Kind {
    fn from(action: &Action) -> Self {
        let (verb, subject) = (action.word(), action.subject());
        let of = |one, several| Self::new(verb, Noun::new(one, several), &subject);
        match action {
            Action::Clone(_) => of("repository", "repositories").brief("clone", "clones"),
            Action::Pull(_) => of("branch", "branches").brief("pull", "pulls"),
            Action::CreateNetwork(name) => {
                Self::new("create", Noun::new("network", "networks"), name)
            }
            Action::RunStatement(statement) => Self::of_statement(statement),
            Action::PullImage(_) | Action::UpdateImage(_) => {
                Self::new(verb, Noun::IMAGE, &subject).brief("image", "images")
            }
            Action::Build(name) => Self::new(verb, Noun::IMAGE, name).brief("build", "builds"),
            Action::Container(_, name) => Self::new(verb, Noun::CONTAINER, name),
            Action::Discard(_) => of("leftover container", "leftover containers"),
            Action::Keep(_) | Action::RestoreRelease(_) => of("release", "releases"),
            Action::RestoreOverlay(name) => Self::new(verb, Noun::new("overlay", "overlays"), name),
            Action::AdoptEnv
            | Action::AdoptFile(_)
            | Action::RestoreEnv
            | Action::RestoreFile(_) => of("file", "files"),
        }
    }
}
