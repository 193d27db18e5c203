//! The state of the checkout as values.

use serde::{Deserialize, Serialize};

/// What lies where the repository should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a run")]
#[serde(rename_all = "snake_case")]
pub enum Checkout {
    /// Nothing.
    Missing {
        /// The directory, absolute.
        dir: String,
        /// The branch at the remote, if it was asked for.
        #[serde(default, skip_serializing_if = "Tip::is_not_asked")]
        tip: Tip,
    },
    /// A directory that is no repository, such as one in which only `.env` was prepared.
    Plain {
        /// The directory, absolute.
        dir: String,
        /// What it holds.
        holds: Vec<String>,
        /// The branch at the remote, if it was asked for.
        #[serde(default, skip_serializing_if = "Tip::is_not_asked")]
        tip: Tip,
    },
    /// Something that can be no checkout, and why.
    Unusable {
        /// The directory, absolute.
        dir: String,
        /// Why not.
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
    /// Whether somebody wrote a credential into the address of `origin`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remote_has_login: bool,
    /// The commit of the last deploy that passed its gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed: Option<String>,
    /// The files that git tracks and that are not as the commit has them, at most two hundred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dirty: Vec<Changed>,
    /// What is not finished there, e.g. `merge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_way: Option<String>,
    /// Whether the history was cut off when it was cloned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shallow: bool,
    /// The branch at the remote, if it was asked for.
    #[serde(default, skip_serializing_if = "Tip::is_not_asked")]
    pub tip: Tip,
    /// What a pull would bring, if the remote was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incoming: Option<Incoming>,
}

/// A file that git tracks and that is not as the commit has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Its path.
    pub path: String,
    /// In which way.
    pub how: Difference,
}

/// In which way a file is not as the commit has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// It has other content.
    Content,
    /// It is gone.
    Deleted,
    /// It is added to the index, and in no commit.
    Added,
    /// A merge left it in conflict.
    Conflict,
    /// Only its mode is another one.
    Mode,
    /// Only its line endings are others.
    LineEndings,
    /// It is a submodule at another commit.
    Submodule,
}

impl Changed {
    /// The line that shows it.
    pub(super) fn line(&self) -> String {
        let how = match self.how {
            Difference::Content => "changed",
            Difference::Deleted => "deleted",
            Difference::Added => "added to the index",
            Difference::Conflict => "in conflict",
            Difference::Mode => "other mode",
            Difference::LineEndings => "other line endings",
            Difference::Submodule => "submodule at another commit",
        };
        format!("{} ({how})", self.path)
    }
}

/// The tip of the branch at its remote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tip {
    /// It was not asked for.
    #[default]
    NotAsked,
    /// The commit.
    At(String),
    /// The remote was read and has no such branch; these are there.
    Absent(Vec<String>),
    /// Could not look, and why.
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
    /// How the two relate.
    pub relation: Relation,
    /// Commits that the remote has and the checkout has not, newest first, at most fifty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<String>,
    /// Files that differ between the last deploy and the remote; `None` when no deploy is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Vec<String>>,
    /// Files that git does not track and that the commits would overwrite with other content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_the_way: Vec<String>,
    /// Why git would refuse to move forward, where no file says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// How the checkout relates to the branch at the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same commit.
    Same,
    /// The remote has more: a pull moves it forward.
    Behind,
    /// The checkout has commits that the remote has not.
    Ahead,
    /// Both have commits of their own.
    Diverged,
    /// They have no commit in common.
    Unrelated,
}
