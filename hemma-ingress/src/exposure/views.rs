//! The four views of open ports.

use std::collections::BTreeMap;

use hemma_core::ExecError;
use hemma_docker::compose::{ModelAnswer, ModelError};
use hemma_docker::{Container, EngineError};

use super::{DialError, Dialed, Source};
use crate::listeners::Listener;

/// The four views, each of which may have failed.
#[derive(Debug)]
pub(super) struct Views {
    pub(super) model: Result<ModelAnswer, ModelError>,
    pub(super) sources: Result<Vec<Source>, ExecError>,
    pub(super) containers: Result<Vec<Container>, EngineError>,
    pub(super) listeners: Result<Option<Vec<Listener>>, ExecError>,
    pub(super) outside: Outside,
    /// The results of connections from here, by port.
    pub(super) dialed: BTreeMap<u16, Result<Dialed, DialError>>,
}

/// The position of this machine relative to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outside {
    /// The host is another machine.
    Here,
    /// The host's public address is this machine's own, so connecting to it proves nothing.
    Same,
    /// The host's public address is not known.
    Unknown,
}
