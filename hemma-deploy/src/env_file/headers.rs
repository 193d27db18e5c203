//! Asking the host for the headers of its compose files.

use hemma_core::{Classified, ExecError, Host, Live, NotRecorded, OperatorError, Place, Question};
use hemma_docker::compose::ComposeFiles;
use hemma_git::Tree;
use serde::{Deserialize, Serialize};

use super::header::Header;

/// Prints the leading comment lines of each file, and a message for a file that cannot be read.
const HEADERS: &str = r#"
for file do
    sed -n '/^[[:space:]]*\(#\|$\)/!q;p' "$file" | head -c 65536
    echo '--8<--'
done
"#;

/// What do the headers of the compose files ask for?
///
/// A question of its own and not an [`Exec`](hemma_core::Exec): such a comment shows keys with
/// examples, and an example may be a real password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookHeaders {
    /// The compose files.
    pub files: ComposeFiles,
    /// The state of the repository.
    #[serde(default, skip_serializing_if = "Tree::is_checkout")]
    pub tree: Tree,
}

/// The headers of all files together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers {
    /// The requirements of the headers.
    pub header: Header,
    /// The last message about a file that could not be read; empty if all could.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
}

/// Why it is not known what the headers ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HeadersError {
    /// The command's answer is not known.
    #[error("could not read the headers of the compose files on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for HeadersError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for LookHeaders {
    const KIND: &'static str = "compose.headers";
    type Answer = Headers;
    type Error = HeadersError;

    async fn ask(&self, live: &Live) -> Result<Headers, HeadersError> {
        let host = self.files.host.clone();
        let command = self
            .tree
            .workdir()
            .command(HEADERS, &self.files.checkout)
            .args(self.files.files.iter().map(ToString::to_string))
            .named("read the headers of the compose files");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(HeadersError::Ask { host, source }),
            Ok(output) => Ok(Headers {
                header: Header::of_all(output.stdout.split("--8<--\n")),
                said: output.stderr.lines().last().unwrap_or_default().to_owned(),
            }),
        }
    }
}
