//! The commands that a program has: hemma's own, and what a repository adds.

use crate::named::Named;
use crate::practice::Practice;
use crate::section::Registered;
use crate::sections;
use crate::speaker::Program;
use crate::verb::AddedVerb;

/// Whatever can be typed, and after which name.
#[derive(Debug, Clone)]
pub(crate) struct Commands {
    pub(crate) sections: Vec<Registered>,
    pub(crate) verbs: Vec<AddedVerb>,
    pub(crate) practice: Option<Practice>,
    pub(crate) program: Program,
    /// What of them has something to be about; the help shows no other.
    pub(crate) named: Named,
}

impl Default for Commands {
    /// hemma's own, behind cargo's alias.
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
