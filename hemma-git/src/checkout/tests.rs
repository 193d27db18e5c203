//! Runs the scripts on real repositories, as a host runs them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cause;
use super::clone;
use super::look;
use super::pull;
use super::reading::Printed;
use super::state::{Checkout, Difference, Incoming, Relation, Repository, Tip};

/// The result of a script.
pub(super) struct Ran {
    pub(super) exit: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// A host's home directory, with a remote `remote.git` and an operator's clone of it in `work`.
pub(super) struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let place = Self { dir: tempfile::tempdir().expect("a place") };
        place.sh(
            "git init -q --bare -b main remote.git && git init -q -b main work && cd work &&
            git remote add origin ../remote.git && mkdir api && echo 1 >api/app && echo 1 >compose.yml &&
            git add . && git commit -q -m one && git push -q -u origin main",
        );
        place
    }

    /// A place with a checkout at the first commit.
    pub(super) fn deployed() -> Self {
        let place = Self::new();
        place.sh("git clone -q remote.git checkout");
        place
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, script: &str) -> Command {
        #[expect(clippy::disallowed_methods, reason = "the scripts themselves are what is tested")]
        let mut command = Command::new("sh");
        command
            .args(["-c", script, "sh"])
            .current_dir(self.dir.path())
            .env("HOME", self.dir.path())
            .env("TMPDIR", self.dir.path())
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b");
        }
        command
    }

    /// Runs a script of a person there.
    #[track_caller]
    pub(super) fn sh(&self, script: &str) -> String {
        let ran = self.command(&format!("set -e\n{script}")).output().expect("there is a shell");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{script}\n{said}");
        String::from_utf8_lossy(&ran.stdout).trim_end().to_owned()
    }

    pub(super) fn run(
        &self,
        script: &str,
        words: &[&str],
        env: &[(&str, &str)],
        input: &str,
    ) -> Ran {
        let mut child = self
            .command(script)
            .args(words)
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).ok();
        let ran = child.wait_with_output().expect("it ends");
        let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
        let exit = ran.status.code().unwrap_or(-1);
        Ran { exit, stdout: text(&ran.stdout), stderr: text(&ran.stderr) }
    }

    /// The result of a look.
    #[track_caller]
    pub(super) fn look_with(&self, env: &[(&str, &str)]) -> Checkout {
        let (checkout, remote) = (self.path("checkout"), self.path("remote.git"));
        let words = [&text(&checkout), "main", "remote", &text(&remote), ""];
        let ran = self.run(&look::script(), &words, env, "");
        let printed = Printed::new(&ran.stdout, &ran.stderr);
        assert!(ran.exit == 0 && printed.is_whole(), "{}\n{}", ran.stdout, ran.stderr);
        printed.checkout()
    }

    #[track_caller]
    pub(super) fn look(&self) -> Repository {
        match self.look_with(&[]) {
            Checkout::Repository(seen) => seen,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn incoming(&self) -> Incoming {
        self.look().incoming.expect("the remote was asked")
    }

    pub(super) fn pull(&self, to: &str) -> Ran {
        let checkout = self.path("checkout");
        self.run(&pull::script(), &[&text(&checkout), to, "main", ""], &[], "")
    }

    pub(super) fn clone(&self, remote: &str, branch: &str) -> Ran {
        let checkout = self.path("apps/checkout");
        self.run(&clone::script(), &[&text(&checkout), remote, branch, ""], &[], "")
    }

    /// Makes a commit at the remote, by a script in the operator's clone.
    pub(super) fn push(&self, script: &str) -> String {
        self.sh(&format!("cd work\n{script}\ngit add -Af . && git commit -q -m next && git push -q && git rev-parse HEAD"))
    }

    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|it| panic!("{name}: {it}"))
    }
}

pub(super) fn text(path: &Path) -> String {
    path.to_str().expect("plain").to_owned()
}

/// A git configuration as login users have it.
const POLLUTED: &str = r#"cat >.gitconfig <<'X'
[color]
    ui = always
[core]
    pager = echo paged
    quotePath = true
[log]
    showSignature = true
    decorate = full
[status]
    short = true
    branch = true
    showStash = true
    showUntrackedFiles = all
    relativePaths = false
[diff]
    noprefix = true
    external = echo external
    relative = true
    renames = copies
    mnemonicPrefix = true
[i18n]
    logOutputEncoding = ISO-8859-1
[advice]
    detachedHead = true
[format]
    pretty = fuller
[alias]
    status = !echo alias
    log = !echo alias
[fetch]
    prune = true
    recurseSubmodules = true
[merge]
    ff = false
[branch "main"]
    mergeOptions = --no-ff --squash
X"#;

/// A login environment.
const ENVIRONMENT: [(&str, &str); 12] = [
    ("GIT_TRACE", "1"),
    ("GIT_TRACE_PACKET", "1"),
    ("GIT_TRACE2", "1"),
    ("GIT_CURL_VERBOSE", "1"),
    ("GIT_DIR", "/nowhere"),
    ("GIT_WORK_TREE", "/nowhere"),
    ("GIT_INDEX_FILE", "/nowhere/index"),
    ("GIT_EXTERNAL_DIFF", "echo external"),
    ("GIT_PAGER", "echo paged"),
    ("LANGUAGE", "de"),
    ("LC_ALL", "de_DE.UTF-8"),
    ("GIT_ICASE_PATHSPECS", "1"),
];

#[test]
fn what_ssh_and_git_say_on_the_way_is_no_part_of_an_answer() {
    let place = Place::deployed();
    let plain = place.look();
    assert_eq!(plain.incoming.as_ref().map(|it| it.relation), Some(Relation::Same));
    let tip = place.push("echo 2 >'ä ö\"x'; printf y >'line\nbreak'");
    // An ssh that prints messages of OpenSSH, once as a deploy key's own command: w1 and w3.
    place.sh(r#"cat >ssh <<'X'
#!/bin/sh
echo "$*" >>"$HOME/called"
echo 'Unauthorized access is prohibited. fatal: not really' >&2
echo '** WARNING: connection is not using a post-quantum key exchange algorithm.' >&2
echo "Warning: Permanently added 'git' (ED25519) to the list of known hosts." >&2
for last; do :; done
eval "exec ${last#* * }" 2>/dev/null || eval "exec $last"
X
        chmod +x ssh
        cd checkout && git config core.sshCommand "$HOME/ssh" && git config ssh.variant simple
        git remote set-url origin "git@git:$HOME/remote.git""#);
    place.sh(POLLUTED);
    let seen = match place.look_with(&ENVIRONMENT) {
        Checkout::Repository(seen) => seen,
        other => panic!("{other:?}"),
    };
    assert_eq!(seen.tip, Tip::At(tip.clone()));
    let incoming = seen.incoming.expect("the remote was asked");
    assert_eq!(incoming.relation, Relation::Behind);
    assert_eq!(incoming.commits, [format!("{} next", &tip[..7])]);
    assert_eq!((incoming.in_the_way, incoming.refused), (Vec::new(), None));
    assert!(place.read("called").contains("git-upload-pack"), "the checkout's own ssh was used");
    place.sh("cd checkout && git update-ref refs/hemma/deployed HEAD");
    let changed = place.incoming().changed.expect("a deploy is known");
    assert_eq!(changed, ["line\nbreak", "ä ö\"x"]);
    let ran = place.pull(&tip);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert_eq!(
        place.sh("cd checkout && git rev-parse HEAD && git rev-list --count HEAD"),
        format!("{tip}\n2")
    );
}

#[test]
fn untracked_files_are_no_reason_to_refuse() {
    let place = Place::deployed();
    place.sh(
        "cd checkout && echo S=1 >.env && mkdir data backups && echo row >data/db && echo x.log >.git/info/exclude &&
        echo log >x.log && chmod 000 backups",
    );
    let seen = place.look();
    assert_eq!((seen.dirty, seen.tip != Tip::NotAsked), (Vec::new(), true));
    let tip = place.push("printf '.env\ndata/\n' >.gitignore; echo 2 >api/app");
    let incoming = place.incoming();
    assert_eq!((incoming.relation, incoming.in_the_way), (Relation::Behind, Vec::new()));
    let ran = place.pull(&tip);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let held = ["checkout/.env", "checkout/data/db", "checkout/x.log", "checkout/api/app"];
    assert_eq!(held.map(|it| place.read(it)), ["S=1\n", "row\n", "log\n", "2\n"]);
    place.sh("chmod 700 checkout/backups");
}

#[test]
fn what_the_commit_would_overwrite_is_refused_and_the_same_content_is_not() {
    let place = Place::deployed();
    let tip = place.push(
        "printf same >same; printf theirs >other; printf theirs >x.log; mkdir dir; printf t >dir/file; printf t >inside; printf new >'n e\nw'",
    );
    place.sh(
        "cd checkout && printf same >same && printf mine >other && echo '*.log' >.git/info/exclude &&
        printf mine >x.log && printf mine >dir && mkdir inside && printf mine >inside/file",
    );
    let mut names = place.incoming().in_the_way;
    names.sort();
    assert_eq!(names, ["dir", "inside/", "other", "x.log"]);
    let before = place.sh("cd checkout && find . -type f ! -path './.git/*' | sort | xargs cksum; git status --porcelain");
    let refused = place.pull(&tip);
    assert_eq!(refused.exit, 72, "{}", refused.stderr);
    assert!(cause::of(&refused.stderr).starts_with("files are in the way"), "{}", refused.stderr);
    let after = place.sh("cd checkout && find . -type f ! -path './.git/*' | sort | xargs cksum; git status --porcelain");
    assert_eq!(before, after);
    place.sh("cd checkout && rm -r other x.log dir inside");
    assert_eq!(place.incoming().in_the_way, [""; 0]);
    let inode = place.sh("stat -c %i checkout/same");
    let ran = place.pull(&tip);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert_eq!(place.sh("stat -c %i checkout/same"), inode, "it was not written again");
    assert_eq!(
        place.sh("cd checkout && git status --porcelain; ls .git/hemma-* 2>/dev/null || true"),
        ""
    );
}

#[test]
fn a_merge_that_fails_in_the_middle_leaves_everything_as_it_was() {
    let place = Place::deployed();
    let tip = place.push(
        "printf same >.env; echo 2 >api/app; mkdir -p new/deep; echo x >new/deep/x; echo y >zlast",
    );
    place.sh(
        r"cd checkout && printf same >.env && echo mine >untracked && mkdir -p new && echo keep >new/mine
        # A filter that fails for the last file, when the others are written.
        printf 'zlast filter=broken\n' >.git/info/attributes
        git config filter.broken.smudge false && git config filter.broken.required true",
    );
    let state = "cd checkout && find . -type f ! -path './.git/*' | sort | xargs cksum; git status --porcelain; git rev-parse HEAD; find . -type d ! -path './.git*'";
    let before = place.sh(state);
    let ran = place.pull(&tip);
    assert_eq!(ran.exit, 72, "{}", ran.stderr);
    assert_eq!(place.sh(state), before, "{}", ran.stderr);
    assert_eq!(place.sh("ls checkout/.git/hemma-* 2>/dev/null || true"), "");
}

#[test]
fn a_tracked_file_that_was_changed_is_refused_with_what_is_true_of_it() {
    let place = Place::deployed();
    let tip = place.push("printf 'a\\nb\\n' >ends; echo 1 >mode; echo 1 >gone");
    assert_eq!(place.pull(&tip).exit, 0);
    place.sh("cd checkout && printf 'a\\r\\nb\\r\\n' >ends && chmod +x mode && rm gone && echo 2 >api/app && echo n >added && git add added");
    let mut seen: Vec<_> = place.look().dirty.into_iter().map(|it| (it.path, it.how)).collect();
    seen.sort_by(|a, b| a.0.cmp(&b.0));
    let row = |path: &str, how| (path.to_owned(), how);
    let expected = [
        row("added", Difference::Added),
        row("api/app", Difference::Content),
        row("ends", Difference::LineEndings),
        row("gone", Difference::Deleted),
        row("mode", Difference::Mode),
    ];
    assert_eq!(seen, expected);
    let next = place.push("echo 3 >third");
    place.sh("touch checkout/.git/index.lock");
    let locked = place.pull(&next);
    assert!(
        locked.exit == 72 && cause::of(&locked.stderr).ends_with("or was ended by force"),
        "{}",
        locked.stderr
    );
    place.sh("rm checkout/.git/index.lock");
    let refused = place.pull(&next);
    assert_eq!(refused.exit, 72, "{}", refused.stderr);
    assert!(cause::of(&refused.stderr).starts_with("a file that git tracks was changed"));
}

#[test]
fn branches_remotes_and_states_are_told_apart() {
    let place = Place::deployed();
    let remote = text(&place.path("remote.git"));
    let ask = |branch: &str, remote: &str, dir: &str| {
        let dir = place.path(dir);
        let ran = place.run(&look::script(), &[&text(&dir), branch, "remote", remote, ""], &[], "");
        Printed::new(&ran.stdout, &ran.stderr).checkout()
    };
    let absent = |it: &[&str]| Tip::Absent(it.iter().map(ToString::to_string).collect());
    let tip_of = |seen| match seen {
        Checkout::Missing { tip, .. } | Checkout::Plain { tip, .. } => tip,
        Checkout::Repository(seen) => seen.tip,
        Checkout::Unusable { reason, .. } => Tip::Unknown(reason),
    };
    // A branch whose name ends like the wanted one is another branch.
    place.sh("cd work && git push -q origin main:refs/heads/x/refs/heads/live && git init -q --bare ../empty.git");
    assert_eq!(tip_of(ask("live", &remote, "none")), absent(&["main", "x/refs/heads/live"]));
    assert_eq!(tip_of(ask("live", &remote, "checkout")), absent(&["main", "x/refs/heads/live"]));
    assert_eq!(tip_of(ask("main", &text(&place.path("empty.git")), "none")), absent(&[]));
    let unknown = tip_of(ask("main", "/no/such", "none"));
    assert_eq!(
        unknown,
        Tip::Unknown("there is no such repository, or the host may not read it".into())
    );
    place.sh("mkdir plain && touch plain/.env && git init -q unborn && mkdir -p broken/.git");
    assert!(
        matches!(ask("main", &remote, "plain"), Checkout::Plain { holds, .. } if holds == [".env"])
    );
    for (dir, why) in [
        ("unborn", "without a commit"),
        ("remote.git", "bare repository"),
        ("broken", "git can read"),
        ("checkout/compose.yml", "it is a file"),
    ] {
        let seen = ask("main", &remote, dir);
        assert!(
            matches!(&seen, Checkout::Unusable { reason, .. } if reason.contains(why)),
            "{seen:?}"
        );
    }
    place.sh("cd work && git checkout -q --orphan other && git commit -q -m other && git push -qf origin other:main && git checkout -q main");
    assert_eq!(place.incoming().relation, Relation::Unrelated);
    place.sh("cd checkout && git merge -q --allow-unrelated-histories --no-commit FETCH_HEAD 2>/dev/null || touch .git/MERGE_HEAD");
    assert_eq!(place.look().under_way.as_deref(), Some("merge"));
}

#[test]
fn a_clone_that_failed_leaves_nothing() {
    let place = Place::new();
    let remote = text(&place.path("remote.git"));
    let failed = place.clone(&remote, "none");
    assert_eq!(cause::of(&failed.stderr), "the remote has no such branch");
    assert_eq!(place.clone("/no/such", "main").exit, 73);
    assert!(!place.path("apps").exists(), "an empty directory stays");
    place.push("printf 'theirs' >.env; mkdir -p deep/er; echo x >deep/er/x");
    place.sh("mkdir -p apps/checkout && printf mine >apps/checkout/.env");
    let refused = place.clone(&remote, "main");
    assert!(cause::of(&refused.stderr).contains("other content: .env"), "{}", refused.stderr);
    assert_eq!(place.sh("find apps"), "apps\napps/checkout\napps/checkout/.env");
    assert_eq!(place.read("apps/checkout/.env"), "mine");
    place.sh("printf theirs >apps/checkout/.env && chmod 600 apps/checkout/.env");
    let ran = place.clone(&remote, "main");
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert_eq!(
        place.sh("cd apps/checkout && git status --porcelain --branch && stat -c %a .env && ls -A"),
        "## main...origin/main\n600\n.env\n.git\napi\ncompose.yml\ndeep"
    );
}

/// The credential of a remote reaches only git: it is not on the command line or in the environment
/// of any program, not in the repository, and not in the output.
#[test]
fn a_login_is_nowhere_but_in_git() {
    let place = Place::deployed();
    place.sh(r#"mkdir bin tmp && cat >bin/git <<'X'
#!/bin/sh
{ tr '\000' ' ' </proc/$$/cmdline; tr '\000' '\n' </proc/$$/environ; } >>"$HOME/seen"
find "$HOME/tmp" -type f >>"$HOME/seen"
exec "$REAL" "$@"
X
        chmod +x bin/git"#);
    let real = place.sh("command -v git");
    let path = format!("{}:/usr/bin:/bin:/usr/local/bin", text(&place.path("bin")));
    let tmp = text(&place.path("tmp"));
    let env = [("PATH", path.as_str()), ("REAL", real.as_str()), ("TMPDIR", tmp.as_str())];
    let login = "https://us%40er:c4n%2Fary@git.example:8443/x.git\n";
    let ask = format!(
        "{}{}take_login; printf 'protocol=https\\nhost=%s\\n' \"$1\" | far 20 credential fill",
        super::git::GIT,
        super::git::LOGIN
    );
    let ran = place.run(&ask, &["git.example:8443"], &env, login);
    assert!(
        ran.stdout.contains("username=us@er\npassword=c4n/ary"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let other = place.run(&ask, &["elsewhere.example"], &env, login);
    assert!(!other.stdout.contains("c4n"), "another host is given nothing");
    // Nothing listens on that port.
    let (checkout, remote) = (text(&place.path("checkout")), "https://127.0.0.1:1/x.git");
    let line = "https://u:c4nary@127.0.0.1:1/x.git\n";
    place.sh(&format!("cd checkout && git remote set-url origin {remote}"));
    let looked =
        place.run(&look::script(), &[&checkout, "main", "remote", remote, "login"], &env, line);
    let away = text(&place.path("apps/x"));
    let cloned = place.run(&clone::script(), &[&away, remote, "main", "login"], &env, line);
    assert!(looked.exit == 0 && cloned.exit == 73, "{}{}", looked.stderr, cloned.stderr);
    // A credential that was written into the checkout by hand.
    place.sh("cd checkout && git remote set-url origin https://u:c4nary@127.0.0.1:1/x.git");
    let by_hand = place.run(&look::script(), &[&checkout, "main", "remote", "", ""], &env, "");
    let Checkout::Repository(seen) = Printed::new(&by_hand.stdout, &by_hand.stderr).checkout()
    else {
        panic!("{}", by_hand.stdout)
    };
    assert_eq!((seen.remote.as_deref(), seen.remote_has_login), (Some(remote), true));
    for ran in [&looked, &cloned, &by_hand] {
        assert!(
            !ran.stdout.contains("c4n") && !ran.stderr.contains("c4n"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
    }
    let seen = place.read("seen");
    assert!(seen.contains("ls-remote") && seen.contains("clone"), "{seen}");
    let shown: Vec<_> = seen.lines().filter(|it| it.contains("c4n")).collect();
    assert!(shown.is_empty(), "{shown:#?}");
    assert_eq!(place.sh("ls -A tmp"), "", "nothing is left behind");
}

mod random;
