//! Names that are validated once, where they are read; their type proves that they are valid.
//!
//! None of them can begin with `-`, so none can be taken for an option of a command.

pub mod addresses;
mod branch;
mod docker;
#[cfg(feature = "idna")]
mod domain;
mod local;
mod paths;
mod port;
mod registry;
mod remote_url;
mod url_path;
mod wildcard;
mod words;

use std::borrow::Cow;

pub use branch::{BranchError, BranchName};
pub use docker::{
    ComposeFile, ContainerName, MountPath, NetworkName, OverlayFile, ProfileName, ProjectName,
    ServiceName, VariablesFile, VolumeKey,
};
#[cfg(feature = "idna")]
pub use domain::DomainName;
pub use local::LocalPath;
pub use paths::{CheckoutPath, HostDirectory};
pub use port::{LocalPort, Port, PortError};
pub use registry::{RegistryName, RegistryUser};
pub use remote_url::{RemoteError, RemoteUrl};
pub use url_path::UrlPath;
pub use wildcard::wildcard_covers;
pub use words::{DestinationName, EnvKey, ForwardName, PgName, Placeholder, StageName};

use crate::credentials::without_credentials;
use crate::{Classified, ErrorClass, OperatorError};

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct NameError {
    /// The text. `None` if it may be a secret that was put in the wrong place.
    text: Option<String>,
    what: &'static str,
    reason: Reason,
}

impl OperatorError for NameError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}

/// The reason why a text is invalid, in words that follow a colon.
type Reason = Cow<'static, str>;

/// The maximum length of a refused text in a message.
const SHOWN_CHARS_MAX: usize = 120;

impl std::fmt::Display for NameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { text, what, reason } = self;
        match text {
            Some(text) => write!(f, "`{text}` cannot be {what}: {reason}"),
            None => write!(f, "this text cannot be {what}: {reason}"),
        }
    }
}

impl NameError {
    fn new(text: &str, what: &'static str, reason: Reason) -> Self {
        let text = &without_credentials(text);
        let mut shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
        shown = shown.escape_debug().to_string();
        if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
            shown.push('…');
        }
        Self { text: Some(shown), what, reason }
    }

    /// An error that does not show the text.
    fn hidden(_: &str, what: &'static str, reason: Reason) -> Self {
        Self { text: None, what, reason }
    }
}

/// The given value, or else the default.
macro_rules! or {
    ($usual:expr) => {
        $usual
    };
    ($usual:expr, $given:expr) => {
        $given
    };
}

/// Defines a text that has passed `$check`, stored as `$keep` writes it.
macro_rules! name {
    (
        $(#[$doc:meta])* $name:ident, $what:literal, $check:path, $pattern:expr
        $(, keep $keep:path)? $(, default $default:literal)? $(, refuse $refuse:ident)?
    ) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::names::NameError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let refuse = $crate::names::or!(Self::Err::new $(, Self::Err::$refuse)?);
                $check(text).map_err(|reason| refuse(text, $what, reason))?;
                Ok(Self($crate::names::or!(str::to_owned $(, $keep)?)(text)))
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::names::NameError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        $(impl Default for $name {
            fn default() -> Self {
                Self($default.to_owned())
            }
        })?

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

pub(super) use {name, or};

/// Refuses control characters, which names of files and services do not need.
fn printable(text: &str) -> Result<(), Reason> {
    match text.chars().find(|it| it.is_control()) {
        Some('\n' | '\r') => Err("it holds a line break".into()),
        Some('\t') => Err("it holds a tab".into()),
        Some(_) => Err("it holds a control character".into()),
        None => Ok(()),
    }
}

/// Refuses an empty text and one of blanks only.
fn not_empty(text: &str) -> Result<(), Reason> {
    if text.is_empty() {
        return Err("it is empty".into());
    }
    if text.trim().is_empty() {
        return Err("it holds nothing but spaces".into());
    }
    Ok(())
}

/// Refuses blanks at the beginning and the end, which would be part of the name.
fn no_blank_ends(text: &str) -> Result<(), Reason> {
    if text.trim() == text {
        return Ok(());
    }
    Err("it begins or ends with a space".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_s_name_cannot_leave_its_place() {
        for good in ["nginx-proxy", "huleedu_content_service", "4f1d", "a.b"] {
            assert!(good.parse::<ContainerName>().is_ok(), "{good:?} was refused");
        }
        for bad in ["", "-f", "_x", "a/b", "a b", "../x", "a?b", "a\nb", "å"] {
            assert!(bad.parse::<ContainerName>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_text_that_may_be_a_secret_is_not_repeated() {
        let said = "hunter2!".parse::<EnvKey>().expect_err("it is not a key").to_string();
        assert!(!said.contains("hunter2"), "{said}");
        let url = "https://user:hunter2@git.example/x.git".parse::<CheckoutPath>();
        let said = url.expect_err("it is a URL").to_string();
        assert!(said.starts_with("`https://[hidden]@git.example/x.git` cannot be"), "{said}");
        let long = "x y".repeat(1000).parse::<ServiceName>().expect_err("it has blanks");
        assert!(long.to_string().len() < 300, "{long}");
    }
}
