//! Values that the tables put into errors.

use hemma_core::{ConnectError, ExecError, Host, NotRecorded, Suggestions};
use hemma_docker::EngineError;
use hemma_postgres::databases::Server;

pub(crate) fn host() -> Host {
    made("hemma")
}

/// A checked name of any kind.
pub(crate) fn made<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().unwrap_or_else(|| panic!("`{text}` is such a name"))
}

/// The message of another program.
pub(crate) fn said() -> String {
    "no such thing".to_owned()
}

pub(crate) fn exec() -> ExecError {
    ExecError::Connect { host: host(), source: ConnectError::Refused { said: said() } }
}

pub(crate) fn missing() -> NotRecorded {
    NotRecorded { kind: "exec".to_owned(), asked: String::new(), nearest: None }
}

/// An engine that refused.
pub(crate) fn refused() -> EngineError {
    EngineError::Refused { host: host(), status: 500, said: said() }
}

pub(crate) fn known() -> Suggestions {
    Suggestions::new("redsi", ["redis"])
}

pub(crate) fn server() -> Server {
    Server { host: host(), container: made("shared-postgres"), administrator: made("postgres") }
}
