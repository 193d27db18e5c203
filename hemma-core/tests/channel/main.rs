//! A host's login shell and its sudo, as they are found in the wild: a real sshd on this machine,
//! with users made for each test. That takes root; without it the tests are skipped aloud.

mod answers;
mod attended;
mod connect;
mod host;
mod lifeline;
mod refused;
mod streams;
mod sudo;
