//! The commands that a program has: hemma's own, and what a repository adds.

use std::path::Path;

use crate::flags::Flags;
use crate::named::Named;
use crate::practice::Practice;
use crate::section::Registered;
use crate::sections;
use crate::speaker::{Program, Speaker};
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

impl Commands {
    /// Writes commands as a run with these flags needs them. `ssh_config` is the file that ssh
    /// reads in that run instead of its own.
    pub(crate) fn speaker(&self, flags: &Flags, ssh_config: Option<&Path>) -> Speaker {
        let without_host = self.verbs.iter().filter(|it| !it.needs_config).map(|it| it.name);
        Speaker::new(&self.program, without_host.collect(), flags, ssh_config)
    }
}
