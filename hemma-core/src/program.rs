//! The end and the output of a program that the operator runs.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The end of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ended {
    /// The program exited with this code.
    Exited(i32),
    /// A signal ended the program.
    Signalled(i32),
}

impl Ended {
    /// The exit code that a shell reports for this end.
    pub fn code(self) -> u8 {
        match self {
            Self::Exited(code) => u8::try_from(code & 0xff).unwrap_or(u8::MAX),
            Self::Signalled(signal) => u8::try_from(128 + (signal & 0x7f)).unwrap_or(u8::MAX),
        }
    }
}

/// A listener for the output of a program.
#[derive(Clone)]
pub struct Told(Arc<Show>);

type Show = dyn Fn(&[u8]) + Send + Sync;

impl Told {
    /// Calls `show` with each piece of output.
    pub fn new(show: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(show))
    }

    pub(crate) fn tell(&self, piece: &[u8]) {
        (self.0)(piece);
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_the_code_that_a_shell_gives() {
        let rows = [
            (Ended::Exited(0), 0),
            (Ended::Exited(7), 7),
            (Ended::Exited(255), 255),
            (Ended::Signalled(2), 130),
            (Ended::Signalled(9), 137),
        ];
        for (ended, code) in rows {
            assert_eq!(ended.code(), code, "{ended:?}");
        }
    }
}
