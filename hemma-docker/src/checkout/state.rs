//! The state of the checkout as values, and the reader of what the script printed.

/// What lies where the repository should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checkout {
    /// Nothing.
    Missing {
        /// The directory, absolute.
        dir: String,
        /// The branch at the remote, if it was asked for.
        tip: Tip,
    },
    /// A directory that is no repository, such as one in which only `.env` was prepared.
    Plain {
        /// The directory, absolute.
        dir: String,
        /// What it holds.
        holds: Vec<String>,
        /// The branch at the remote, if it was asked for.
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// The directory, absolute.
    pub dir: String,
    /// The commit that is checked out; empty before the first.
    pub head: String,
    /// The branch; `None` when the head is detached.
    pub branch: Option<String>,
    /// The address of `origin`.
    pub remote: Option<String>,
    /// The commit of the last deploy that passed its gate.
    pub deployed: Option<String>,
    /// Lines of `git status --porcelain`, at most fifty.
    pub dirty: Vec<String>,
    /// The branch at the remote, if it was asked for.
    pub tip: Tip,
    /// What a pull would bring, if the remote was asked.
    pub incoming: Option<Incoming>,
}

/// The tip of the branch at its remote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tip {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// The commit.
    At(String),
    /// Could not look; git's words.
    Unknown(String),
}

/// The branch at the remote compared with the checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// How the two relate.
    pub relation: Relation,
    /// Commits that the remote has and the checkout has not, newest first, at most fifty.
    pub commits: Vec<String>,
    /// Files that differ between the last deploy and the remote; `None` when no deploy is known.
    pub changed: Option<Vec<String>>,
}

/// How the checkout relates to the branch at the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same commit.
    Same,
    /// The remote has more: a pull moves it forward.
    Behind,
    /// The checkout has commits that the remote has not.
    Ahead,
    /// Both have commits of their own.
    Diverged,
}

/// Reads the script's `key=value` lines. Unknown keys are skipped.
pub(super) fn parse(text: &str) -> Checkout {
    let all = |key: &'static str| values(text, key).map(str::to_owned).collect::<Vec<_>>();
    let one = |key: &'static str| values(text, key).next().filter(|it| !it.is_empty());
    let owned = |key: &'static str| one(key).map(str::to_owned);
    let dir = owned("dir").unwrap_or_default();
    let tip = match (owned("tip"), owned("tip_said")) {
        (_, Some(said)) => Tip::Unknown(said),
        (Some(tip), None) => Tip::At(tip),
        (None, None) => Tip::NotAsked,
    };
    let unusable = |reason: &str| Checkout::Unusable { dir: dir.clone(), reason: reason.into() };
    match one("kind") {
        Some("missing") => Checkout::Missing { dir, tip },
        Some("plain") => Checkout::Plain { dir, holds: all("holds"), tip },
        Some("file") => unusable("it is a file"),
        Some("closed") => unusable("the login user may not read it"),
        Some("repository") if one("broken").is_some() => {
            unusable(one("broken").unwrap_or_default())
        }
        Some("repository") => Checkout::Repository(Repository {
            dir,
            head: owned("head").unwrap_or_default(),
            branch: owned("branch"),
            remote: owned("remote"),
            deployed: owned("deployed"),
            dirty: all("dirty"),
            tip,
            incoming: relation(one("relation")).map(|relation| Incoming {
                relation,
                commits: all("commit"),
                changed: one("deployed").map(|_| all("changed")),
            }),
        }),
        _ => unusable("the host gave no answer that could be read"),
    }
}

fn values<'t>(text: &'t str, key: &'static str) -> impl Iterator<Item = &'t str> {
    text.lines().filter_map(move |it| it.strip_prefix(key)?.strip_prefix('='))
}

fn relation(word: Option<&str>) -> Option<Relation> {
    match word? {
        "same" => Some(Relation::Same),
        "behind" => Some(Relation::Behind),
        "ahead" => Some(Relation::Ahead),
        "diverged" => Some(Relation::Diverged),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_that_is_behind_is_read() {
        let text = "dir=/home/o/apps/h\nkind=repository\nhead=aaa\nbranch=main\nremote=git://g/h.git\n\
            deployed=aaa\ndirty= M x.py\ntip=bbb\nrelation=behind\ncommit=bbb one = two\nchanged=a/b.py\n";
        let Checkout::Repository(seen) = parse(text) else { panic!("it is a repository") };
        assert_eq!(seen.branch.as_deref(), Some("main"));
        assert_eq!(seen.dirty, [" M x.py"]);
        let incoming = seen.incoming.expect("the remote was asked");
        assert_eq!(incoming.relation, Relation::Behind);
        assert_eq!(incoming.commits, ["bbb one = two"]);
        assert_eq!(incoming.changed, Some(vec!["a/b.py".to_owned()]));
    }

    #[test]
    fn what_is_no_repository_is_told_apart() {
        let missing = parse("dir=/x\nkind=missing\ntip=abc\n");
        assert_eq!(missing, Checkout::Missing { dir: "/x".into(), tip: Tip::At("abc".into()) });
        let plain = parse("dir=/x\nkind=plain\nholds=.env\ntip_said=fatal: no route\n");
        let tip = Tip::Unknown("fatal: no route".into());
        assert_eq!(plain, Checkout::Plain { dir: "/x".into(), holds: vec![".env".into()], tip });
        for text in ["", "kind=strange", "kind=repository\nbroken=fatal: bad"] {
            assert!(matches!(parse(text), Checkout::Unusable { .. }), "{text}");
        }
    }
}
