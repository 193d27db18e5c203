//! The commands that a program has: hemma's own, and what a repository adds.

use crate::named::Named;
use crate::practice::Practice;
use crate::section::Registered;
use crate::sections;
use crate::speaker::Program;
use crate::verb::AddedVerb;

/// All commands, and the name of the program.
#[derive(Debug, Clone)]
pub(crate) struct Commands {
    pub(crate) sections: Vec<Registered>,
    pub(crate) verbs: Vec<AddedVerb>,
    pub(crate) practice: Option<Practice>,
    pub(crate) program: Program,
    /// The optional commands that `hemma.toml` names a subject for; the help shows no others.
    pub(crate) named: Named,
}

impl Default for Commands {
    /// hemma's own commands, run by cargo's alias.
    fn default() -> Self {
        let sections = sections::OWN.to_vec();
        Self {
            sections,
            verbs: Vec::new(),
            practice: None,
            program: Program::default(),
            named: Named::default(),
        }
    }
}
