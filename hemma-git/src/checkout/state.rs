//! The state of the checkout as values.

use serde::{Deserialize, Serialize};

/// The content of the checkout's directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a run")]
#[serde(rename_all = "snake_case")]
pub enum Checkout {
    /// There is no directory.
    Missing {
        /// The directory, absolute.
        dir: String,
        /// The tip of the branch at the remote, if it was asked for.
        #[serde(default, skip_serializing_if = "Tip::is_not_asked")]
        tip: Tip,
    },
    /// A directory without a repository, such as one in which only `.env` was prepared.
    Plain {
        /// The directory, absolute.
        dir: String,
        /// The names in the directory.
        holds: Vec<String>,
        /// The tip of the branch at the remote, if it was asked for.
        #[serde(default, skip_serializing_if = "Tip::is_not_asked")]
        tip: Tip,
    },
    /// A directory or file that cannot be used as a checkout.
    Unusable {
        /// The directory, absolute.
        dir: String,
        /// The reason.
        reason: String,
    },
    /// A repository.
    Repository(Repository),
}

/// A repository on the host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// The directory, absolute.
    pub dir: String,
    /// The commit that is checked out.
    pub head: String,
    /// The branch; `None` when the head is detached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The address of `origin`, without a credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// Whether the address of `origin` contains a credential.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remote_has_login: bool,
    /// The commit of the last deploy that passed its gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed: Option<String>,
    /// The tracked files that differ from the commit, at most two hundred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dirty: Vec<Changed>,
    /// The unfinished operation, e.g. `merge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_way: Option<String>,
    /// Whether the clone is shallow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shallow: bool,
    /// The tip of the branch at the remote, if it was asked for.
    #[serde(default, skip_serializing_if = "Tip::is_not_asked")]
    pub tip: Tip,
    /// The effect of a pull, if the remote was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incoming: Option<Incoming>,
}

/// A tracked file that differs from the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Its path.
    pub path: String,
    /// The kind of difference.
    pub how: Difference,
}

/// The difference of a tracked file from the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// The content differs.
    Content,
    /// The file is deleted.
    Deleted,
    /// The file is in the index, and in no commit.
    Added,
    /// A merge left it in conflict.
    Conflict,
    /// Only the mode differs.
    Mode,
    /// Only the line endings differ.
    LineEndings,
    /// The submodule is at another commit.
    Submodule,
}

impl Changed {
    /// The line that a finding shows.
    pub(super) fn line(&self) -> String {
        let how = match self.how {
            Difference::Content => "changed",
            Difference::Deleted => "deleted",
            Difference::Added => "added to the index",
            Difference::Conflict => "in conflict",
            Difference::Mode => "different mode",
            Difference::LineEndings => "different line endings",
            Difference::Submodule => "submodule at another commit",
        };
        format!("{} ({how})", self.path)
    }
}

/// The tip of the branch at its remote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tip {
    /// The remote was not asked.
    #[default]
    NotAsked,
    /// The commit.
    At(String),
    /// The remote was read and does not have the branch; it has these.
    Absent(Vec<String>),
    /// The remote could not be read, for this reason.
    Unknown(String),
}

impl Tip {
    fn is_not_asked(&self) -> bool {
        *self == Self::NotAsked
    }
}

/// The branch at the remote compared with the checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// The relation between the two.
    pub relation: Relation,
    /// Commits of the remote that the checkout lacks, newest first, at most fifty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<String>,
    /// Files that differ between the last deploy and the remote; `None` if no deploy is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Vec<String>>,
    /// Untracked files that the commits would overwrite with other content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_the_way: Vec<String>,
    /// Why git would refuse to move forward, if the reason is not a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// The relation of the checkout to the branch at the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Both are at one commit.
    Same,
    /// The remote has more commits: a pull moves the checkout forward.
    Behind,
    /// The checkout has commits that the remote lacks.
    Ahead,
    /// Each has commits that the other lacks.
    Diverged,
    /// They have no commit in common.
    Unrelated,
}
