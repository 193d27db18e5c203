//! The states in which a `.env` cannot be read as a settings file.

use std::collections::HashMap;
use std::fmt;

use hemma_core::names::CheckoutPath;
use hemma_core::{Finding, Hint, Host, quote_path};
use serde::{Deserialize, Serialize};

use crate::{Remedy, ids};

/// A shell function that prints in a word what `$f`, the `.env` in the checkout `$d`, is. `$max` is
/// the largest size that is read.
pub const KIND: &str = r#"
kind() {
    if [ -d "$d" ] && [ ! -x "$d" ]; then echo closed
    elif [ ! -e "$f" ]; then echo missing
    elif [ -d "$f" ]; then echo directory
    elif [ ! -f "$f" ]; then echo special
    elif [ ! -r "$f" ]; then echo unreadable
    elif [ "$(stat -L -c %s "$f")" -gt "$max" ]; then echo large
    else echo file
    fi
}
"#;

/// The state of a `.env` that cannot be read, apart from its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The file does not exist.
    Missing,
    /// The checkout may not be entered.
    Closed,
    /// A directory: Docker makes one where a file was to be mounted and did not exist.
    Directory,
    /// A pipe, a socket or a device.
    Special,
    /// The operator's user may not read it.
    Unreadable {
        /// The file's owner.
        owner: String,
    },
    /// A file larger than any settings file.
    TooLarge {
        /// The file's size.
        bytes: u64,
    },
    /// A file that is not UTF-8.
    NotUtf8 {
        /// The line with the first byte that is not UTF-8.
        line: usize,
    },
    /// A file that was written to while it was read.
    Changing,
}

impl Obstacle {
    /// Reads the word of [`KIND`] and the lines after it; `None` for a file that can be read.
    pub fn read(output: &str) -> Option<Self> {
        let said: HashMap<_, _> = output.lines().filter_map(|it| it.split_once('=')).collect();
        Some(match *said.get("kind")? {
            "missing" => Self::Missing,
            "closed" => Self::Closed,
            "directory" => Self::Directory,
            "special" => Self::Special,
            "unreadable" => Self::Unreadable { owner: (*said.get("owner")?).to_owned() },
            "large" => Self::TooLarge { bytes: said.get("bytes")?.parse().ok()? },
            "not-utf8" => Self::NotUtf8 { line: said.get("line")?.parse().ok()? },
            _ => return None,
        })
    }

    /// The finding for this state, with a hint.
    pub fn finding(&self, host: &Host, checkout: &CheckoutPath) -> Finding {
        let file = format!("{checkout}/.env");
        let detail = format!("{file} {self}");
        if *self == Self::Changing {
            return Finding::unseen(ids::ENV_CHANGING, ".env", detail);
        }
        let id = match self {
            Self::Missing => ids::ENV_MISSING,
            _ => ids::ENV_UNREADABLE,
        };
        Finding::fail(id, ".env", detail).hint(self.hint(host, checkout))
    }

    /// The hint for this state.
    pub fn hint(&self, host: &Host, checkout: &CheckoutPath) -> Option<Hint> {
        let file = quote_path(&format!("{checkout}/.env"));
        let on_host = |line: String| Hint::on(host, line);
        Some(match self {
            Self::Missing => Remedy::EditEnvFile.into(),
            Self::Closed => on_host(format!("ls -ld {}", quote_path(&checkout.to_string()))),
            Self::Directory => on_host(format!("rmdir {file}")),
            Self::Unreadable { .. } => on_host(format!("sudo chown \"$USER\" {file}")),
            Self::Special | Self::TooLarge { .. } => on_host(format!("ls -l {file}")),
            Self::NotUtf8 { line } => on_host(format!("nano +{line} {file}")),
            Self::Changing => return None,
        })
    }
}

/// The state in words.
impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("does not exist"),
            Self::Closed => f.write_str("is in a directory that the login user may not enter"),
            Self::Directory => f.write_str("is a directory"),
            Self::Special => f.write_str("is not a regular file"),
            Self::Unreadable { owner } => write!(f, "belongs to {owner} and is not readable"),
            Self::TooLarge { bytes } => write!(
                f,
                "has {bytes} bytes, too many for a settings \
                 file"
            ),
            Self::NotUtf8 { line } => {
                write!(f, "is not UTF-8: line {line} holds a byte that is not text")
            }
            Self::Changing => f.write_str("was changed while it was read"),
        }
    }
}
