//! Checks whether a port answers from this machine.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use hemma_core::{Classified, ErrorClass, Live, NotRecorded, OperatorError, Question};
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

/// The time limit. A firewall that drops packets sends nothing; every other answer comes sooner.
const LIMIT: Duration = Duration::from_secs(3);

/// Opens a connection from this machine, and closes it without sending anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dial {
    /// The address to connect to.
    pub to: SocketAddr,
    /// The time limit in milliseconds.
    pub limit_ms: u64,
}

/// The result of a connection attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialed {
    /// The connection was accepted.
    Open,
    /// The connection was refused.
    Refused,
    /// No answer arrived.
    Silent,
}

/// Why the attempt has no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DialError {
    /// No route leads from this machine to the address.
    #[error("could not connect to {to} from here: {reason}")]
    NoWay {
        /// The address.
        to: SocketAddr,
        /// The operating system's error.
        reason: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for DialError {
    fn classify(&self) -> Classified {
        match self {
            Self::NoWay { .. } => ErrorClass::Unknown
                .without("the system's words say why, and the address is in the message"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Dial {
    /// An attempt with the usual time limit.
    pub fn new(to: SocketAddr) -> Self {
        Self { to, limit_ms: u64::try_from(LIMIT.as_millis()).unwrap_or(u64::MAX) }
    }
}

impl Question for Dial {
    const KIND: &'static str = "tcp.dial";
    type Answer = Dialed;
    type Error = DialError;

    async fn ask(&self, _: &Live) -> Result<Dialed, DialError> {
        let limit = Duration::from_millis(self.limit_ms);
        match tokio::time::timeout(limit, TcpStream::connect(self.to)).await {
            Ok(Ok(_)) => Ok(Dialed::Open),
            Ok(Err(error)) => match error.kind() {
                ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => Ok(Dialed::Refused),
                ErrorKind::TimedOut => Ok(Dialed::Silent),
                kind => Err(DialError::NoWay { to: self.to, reason: kind.to_string() }),
            },
            Err(_) => Ok(Dialed::Silent),
        }
    }
}

#[cfg(test)]
mod tests {
    use hemma_core::World;

    use super::*;

    #[tokio::test]
    async fn who_listens_is_told_from_who_does_not() {
        let world = World::local();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let to = listener.local_addr().expect("it is bound");
        assert_eq!(world.ask_again(&Dial::new(to)).await, Ok(Dialed::Open));
        drop(listener);
        assert_eq!(world.ask_again(&Dial::new(to)).await, Ok(Dialed::Refused));
    }
}
