//! Reads the output of the script of a look.

use std::collections::HashMap;

use hemma_core::names::RemoteUrl;
use hemma_core::without_credentials;

use super::state::{Changed, Checkout, Difference, Incoming, Relation, Repository, Tip};
use super::{cause, git};

/// The output of the script: values and lists of names, and separately git's messages.
pub(super) struct Printed<'t> {
    values: HashMap<&'t str, &'t str>,
    lists: HashMap<&'t str, Vec<String>>,
    stderr: &'t str,
}

impl<'t> Printed<'t> {
    pub(super) fn new(stdout: &'t str, stderr: &'t str) -> Self {
        let (mut values, mut lists) = (HashMap::new(), HashMap::new());
        for record in git::printed(stdout) {
            match record {
                git::Printed::Value(_, "") => {}
                git::Printed::Value(key, value) => drop(values.insert(key, value)),
                git::Printed::Names(key, names) => {
                    lists.insert(key, names.into_iter().map(str::to_owned).collect());
                }
            }
        }
        Self { values, lists, stderr }
    }

    /// Whether the script came to its end.
    pub(super) fn is_whole(&self) -> bool {
        self.has("end")
    }

    fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    fn one(&self, key: &str) -> Option<String> {
        self.values.get(key).map(|it| (*it).to_owned())
    }

    fn list(&self, key: &str) -> Vec<String> {
        self.lists.get(key).cloned().unwrap_or_default()
    }

    /// Why the named git command failed.
    fn cause(&self, asked: &str) -> String {
        let parts = self.stderr.split("--8<-- ");
        let said = parts.filter_map(|it| it.split_once('\n')).filter(|it| it.0 == asked);
        cause::of(said.map(|it| it.1).last().unwrap_or_default())
    }

    fn tip(&self) -> Tip {
        if let Some(code) = self.one("tip_failed") {
            let late = (code == "124").then(|| "the remote did not answer within 30 s".to_owned());
            return Tip::Unknown(late.unwrap_or_else(|| self.cause("tip")));
        }
        if self.has("fetch_failed") {
            return Tip::Unknown(self.cause("fetch"));
        }
        if self.has("relation_failed") {
            return Tip::Unknown(self.cause("relation"));
        }
        match self.one("tip") {
            Some(tip) => Tip::At(tip),
            None if self.lists.contains_key("heads") => Tip::Absent(self.list("heads")),
            None => Tip::NotAsked,
        }
    }

    /// The state of the checkout, from the records.
    pub(super) fn checkout(&self) -> Checkout {
        let dir = self.one("dir").unwrap_or_default();
        let unusable =
            |reason: &str| Checkout::Unusable { dir: dir.clone(), reason: reason.into() };
        match self.one("kind").as_deref() {
            Some("missing") => Checkout::Missing { dir, tip: self.tip() },
            Some("plain") => Checkout::Plain { dir, holds: self.list("holds"), tip: self.tip() },
            Some("file") => unusable("it is a file"),
            Some("closed") => unusable("the login user may not read it"),
            Some("bare") => unusable("it is a bare repository, which has no files to deploy"),
            Some("repository") if self.has("broken") => unusable(&self.cause("repository")),
            Some("repository") if !self.has("head") => {
                unusable("it is a repository without a commit")
            }
            Some("repository") => Checkout::Repository(self.repository(dir)),
            _ => unusable("the host gave no answer that could be read"),
        }
    }

    fn repository(&self, dir: String) -> Repository {
        let remote = self.one("remote");
        // Any other credential in an address must not be shown, either.
        let shown = |it: String| match it.parse::<RemoteUrl>() {
            Ok(remote) => remote.address().to_owned(),
            Err(_) => without_credentials(&it),
        };
        let has_login =
            |it: &String| it.parse::<RemoteUrl>().is_ok_and(|it| it.credential().is_some());
        Repository {
            dir,
            head: self.one("head").unwrap_or_default(),
            branch: self.one("branch"),
            remote_has_login: self.has("origin_login") || remote.as_ref().is_some_and(has_login),
            remote: remote.map(shown),
            deployed: self.one("deployed"),
            dirty: self.dirty(),
            under_way: self.one("under_way"),
            shallow: self.one("shallow").is_some_and(|it| it == "true"),
            tip: self.tip(),
            incoming: self.incoming(),
        }
    }

    fn dirty(&self) -> Vec<Changed> {
        let has =
            |key: &str, path: &String| self.lists.get(key).is_some_and(|it| it.contains(path));
        let changed = |line: String| {
            let (codes, path) = (line.get(..2)?.to_owned(), line.get(3..)?.to_owned());
            let how = if codes.contains('U') || codes == "AA" || codes == "DD" {
                Difference::Conflict
            } else if has("submodules", &path) {
                Difference::Submodule
            } else if codes.contains('D') {
                Difference::Deleted
            } else if codes.starts_with('A') {
                Difference::Added
            } else if self.lists.contains_key("content") && !has("content", &path) {
                Difference::Mode
            } else if self.lists.contains_key("lines") && !has("lines", &path) {
                Difference::LineEndings
            } else {
                Difference::Content
            };
            Some(Changed { path, how })
        };
        self.list("dirty").into_iter().filter_map(changed).collect()
    }

    fn incoming(&self) -> Option<Incoming> {
        let relation = match self.one("relation")?.as_str() {
            "same" => Relation::Same,
            "behind" => Relation::Behind,
            "ahead" => Relation::Ahead,
            _ if self.has("unrelated") => Relation::Unrelated,
            _ => Relation::Diverged,
        };
        let failed = ["compare", "merge"].into_iter().find(|it| self.has(&format!("{it}_failed")));
        Some(Incoming {
            relation,
            commits: self.list("commits"),
            changed: self.has("deployed").then(|| self.list("changed")),
            in_the_way: self.list("in_the_way"),
            refused: failed.map(|it| self.cause(it)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::state::Difference::{
        Conflict, Content, Deleted, LineEndings, Mode, Submodule,
    };

    fn parse(records: &[&str], stderr: &str) -> Checkout {
        Printed::new(&format!("{}\0", records.join("\0")), stderr).checkout()
    }

    #[test]
    fn a_repository_that_is_behind_is_read() {
        let records = [
            "Welcome!\nlist=x\ndir=/home/o/apps/h",
            "kind=repository",
            "head=aaa",
            "branch=main",
            "remote=https://u:tok@g/h.git",
            "deployed=aaa",
            "shallow=false",
            "list=dirty",
            " M x y\n.py",
            " M m",
            " M e",
            " D gone",
            "UU both",
            " M sub",
            "",
            "list=content",
            "x y\n.py",
            "e",
            "",
            "list=lines",
            "x y\n.py",
            "",
            "list=submodules",
            "sub",
            "",
            "tip=bbb",
            "relation=behind",
            "list=commits",
            "bbb one = two",
            "",
            "list=changed",
            "a/b.py",
            "",
            "list=in_the_way",
            "list=odd",
            "",
            "end=yes",
        ];
        let Checkout::Repository(seen) = parse(&records, "noise") else { panic!("it is one") };
        assert_eq!((seen.dir.as_str(), seen.branch.as_deref()), ("/home/o/apps/h", Some("main")));
        assert_eq!(
            (seen.remote.as_deref(), seen.remote_has_login),
            (Some("https://g/h.git"), true)
        );
        let how: Vec<_> = seen.dirty.iter().map(|it| it.how).collect();
        assert_eq!(how, [Content, Mode, LineEndings, Deleted, Conflict, Submodule]);
        assert_eq!(seen.dirty[0].path, "x y\n.py");
        let incoming = seen.incoming.expect("the remote was asked");
        assert_eq!(incoming.relation, Relation::Behind);
        assert_eq!(incoming.commits, ["bbb one = two"]);
        assert_eq!(incoming.changed, Some(vec!["a/b.py".to_owned()]));
        assert_eq!((incoming.in_the_way, incoming.refused), (vec!["list=odd".to_owned()], None));
    }

    #[test]
    fn what_is_no_repository_is_told_apart() {
        let missing = parse(&["dir=/x", "kind=missing", "tip=abc"], "");
        assert_eq!(missing, Checkout::Missing { dir: "/x".into(), tip: Tip::At("abc".into()) });
        let plain = parse(
            &["dir=/x", "kind=plain", "list=holds", ".env", "", "tip_failed=128"],
            "--8<-- tip\nfatal: no route\n",
        );
        let tip = Tip::Unknown("no route".into());
        assert_eq!(plain, Checkout::Plain { dir: "/x".into(), holds: vec![".env".into()], tip });
        let absent = parse(&["dir=/x", "kind=missing", "list=heads", "dev", ""], "");
        let tip = Tip::Absent(vec!["dev".into()]);
        assert_eq!(absent, Checkout::Missing { dir: "/x".into(), tip });
        for kind in ["", "kind=strange", "kind=repository", "kind=bare"] {
            assert!(matches!(parse(&[kind], ""), Checkout::Unusable { .. }), "{kind}");
        }
        assert!(!Printed::new("dir=/x\0", "").is_whole());
    }
}
