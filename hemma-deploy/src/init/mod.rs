//! The first `hemma.toml` of a repository: a value for each setting that its files, its git and the
//! host say, each with its source.
//!
//! [`Facts`] and [`Answers`] make a [`Draft`]; all of it is pure. A value without a sound guess is a
//! [`Question`] of the draft, and its answer makes another draft.

mod answers;
mod difference;
mod draft;
mod edge;
mod files;
mod host;
mod keys;
mod place;
mod propose;
mod publics;
mod source;
mod stacks;
mod text;

use std::collections::BTreeMap;
use std::net::IpAddr;

use hemma_core::names::{BranchName, RemoteUrl};
use hemma_docker::compose::Outline;

use crate::config::EnvTemplate;

pub use answers::{About, Answers, Edge, Question, Said, Wrong};
pub use difference::{Difference, difference};
pub use draft::{Draft, Role, Table, Value};
pub use files::{Chosen, choose_files};
pub use host::{HostPlaces, public_addresses};
pub use propose::propose;
pub use source::Source;
pub use stacks::{Adoption, Stack, adoption, look_at_origins, note_origins, running_stacks};

/// What is known of a repository and its host.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The name of the repository's directory.
    pub directory: Option<String>,
    /// The URL of `origin`.
    pub remote: Option<RemoteUrl>,
    /// The default branch of `origin`, or the current one.
    pub branch: Option<BranchName>,
    /// The example of a `.env`.
    pub example: Option<EnvTemplate>,
    /// The compose project, as its chosen files describe it.
    pub outline: Outline,
    /// The host, where it was looked at.
    pub host: Option<HostFacts>,
}

/// What is known of the host.
#[derive(Debug, Clone, Default)]
pub struct HostFacts {
    /// The running stack of this repository.
    pub stack: Option<Stack>,
    /// `VIRTUAL_HOST` of the stack's running containers, by service.
    pub virtual_hosts: BTreeMap<String, String>,
    /// Running containers of PostgreSQL that belong to no service of the stack.
    pub servers: Vec<String>,
    /// The host's name in the ssh configuration.
    pub ssh_name: Option<String>,
    /// The host's own public addresses.
    pub addresses: Vec<IpAddr>,
}

#[cfg(test)]
mod tests;
