//! What a step is counted as.

use hemma_deploy::plan::{Action, Statement};
use hemma_postgres::databases;

/// What a step is done to, for one and for several: `key` and `keys`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    /// One of them.
    pub one: &'static str,
    /// Several of them.
    pub several: &'static str,
}

impl Noun {
    /// What is counted as nothing in particular.
    pub const STEP: Self = Self::new("step", "steps");
    pub(crate) const CONTAINER: Self = Self::new("container", "containers");
    pub(crate) const DATABASE: Self = Self::new("database", "databases");
    pub(crate) const FORWARD: Self = Self::new("forward", "forwards");
    pub(crate) const IMAGE: Self = Self::new("image", "images");
    pub(crate) const KEY: Self = Self::new("key", "keys");

    /// A noun of a command's own.
    pub const fn new(one: &'static str, several: &'static str) -> Self {
        Self { one, several }
    }

    /// So many of them.
    pub(crate) fn amount(self, number: usize) -> String {
        format!("{number} {}", if number == 1 { self.one } else { self.several })
    }
}

/// What a step is counted as. Steps of one verb and one noun are one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// What is done: `create`.
    pub(crate) verb: String,
    /// What it is done to.
    pub(crate) noun: Noun,
    /// What a question counts, where what is done to one thing in several ways is one number.
    pub(crate) brief: Noun,
    /// What the subject is called in a list of such.
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
            Action::Build(name) => Self::new(verb, Noun::IMAGE, name).brief("build", "builds"),
            Action::Container(_, name) => Self::new(verb, Noun::CONTAINER, name),
            Action::Discard(_) => of("leftover container", "leftover containers"),
            Action::Keep(_) | Action::RestoreRelease(_) => of("release", "releases"),
            Action::RestoreOverlay(name) => Self::new(verb, Noun::new("overlay", "overlays"), name),
            Action::AdoptEnv | Action::RestoreEnv => of("file", "files"),
        }
    }
}
