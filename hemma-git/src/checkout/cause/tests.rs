use super::*;

const NOT_READ: &str = "fatal: Could not read from remote repository.\n\nPlease make sure you have the \
                        correct access rights\nand the repository exists.\n";

fn spec() -> CheckoutSpec {
    CheckoutSpec {
        host: "hemma".parse().expect("a host"),
        checkout: "~/apps/huleedu".parse().expect("a path"),
        remote: Some("ssh://git@git.example:2222/o/r.git".parse().expect("a remote")),
        branch: BranchName::default(),
    }
}

fn hint_of(said: &str) -> String {
    hint(&spec(), said).map(|it| it.to_string()).unwrap_or_default()
}

/// Output of git 2.47, OpenSSH 9.2 and common git servers, with the expected cause and hint.
#[test]
fn the_cause_is_named_and_not_the_last_line() {
    let not_read = |said: &str| format!("{said}\n{NOT_READ}");
    let rows = [
        (not_read("fatal: '/srv/none' does not appear to be a git repository"), "there is no such repository, or the host may not read it", "ls-remote"),
        (not_read("ERROR: Repository not found."), "there is no such repository, or the host may not read it", "ls-remote"),
        ("remote: Repository not found.\nfatal: repository 'https://h/x.git/' not found\n".to_owned(), "there is no such repository", "ls-remote"),
        ("fatal: repository 'http://127.0.0.1:1/nope.git/' not found\n".to_owned(), "there is no such repository", ""),
        ("fatal: Remote branch nope not found in upstream origin\n".to_owned(), "the remote has no such branch", "[repository] branch"),
        ("fatal: couldn't find remote ref refs/heads/none\n".to_owned(), "the remote no longer has the branch", ""),
        ("fatal: unable to access 'https://127.0.0.1:1/x.git/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server\n".to_owned(), "the git server does not answer the host: unable to access", "ls-remote"),
        ("fatal: unable to access 'https://no.such/x.git/': Could not resolve host: no.such\n".to_owned(), "the host cannot resolve the name of the git server", "ls-remote"),
        ("fatal: unable to connect to 127.0.0.1:\n127.0.0.1[0: 127.0.0.1]: errno=Connection refused\n\n".to_owned(), "the git server does not answer the host", ""),
        ("fatal: unable to look up no.such (port 9418) (Name or service not known)\n".to_owned(), "the host cannot resolve the name of the git server", ""),
        (not_read("ssh: connect to host 127.0.0.1 port 1: Connection refused\r"), "the git server does not answer the host: connect to host", ""),
        (not_read("ssh: Could not resolve hostname no.such: Name or service not known\r"), "the host cannot resolve the name of the git server: Could not", ""),
        (not_read("Host key verification failed.\r"), "the host does not know the key of the git server yet", "ssh -t hemma 'ssh -T ssh://git@git.example:2222'"),
        (not_read("No ED25519 host key is known for git.example and you have requested strict checking.\r\nHost key verification failed.\r"), "the host does not know the key", "ssh -T"),
        (not_read("@@@@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n@@@@@@@@@@\r\nHost key verification failed.\r"), "the key of the git server is not the one that the host knows", "ssh-keygen -R git.example"),
        (not_read("Warning: Permanently added 'h' (ED25519) to the list of known hosts.\r\nWelcome to the git server\nroot@h: Permission denied (publickey,keyboard-interactive).\r"), "the git server accepts none of the host's ssh keys", "deploy key"),
        ("fatal: could not read Username for 'http://127.0.0.1:18901': terminal prompts disabled\n".to_owned(), "the git server requires a login, and the host has none for it", "[repository] remote"),
        ("fatal: could not read Password for 'https://c4n4ry@h': terminal prompts disabled\n".to_owned(), "the git server requires a login", "token"),
        ("fatal: Authentication failed for 'http://u:c4n4ry@127.0.0.1:18901/src/'\n".to_owned(), "the git server rejects the login that the host sends", "token"),
        ("remote: HTTP Basic: Access denied. The provided password or token is incorrect\nfatal: Authentication failed for 'https://h/x.git/'\n".to_owned(), "the git server rejects the login", ""),
        ("fatal: unable to access 'https://h/x/': The requested URL returned error: 403\n".to_owned(), "the git server rejects the login", ""),
        ("fatal: unable to access 'https://h/x/': SSL certificate problem: certificate has expired\n".to_owned(), "the host does not trust the certificate of the git server: certificate has expired", ""),
        ("fatal: unable to access 'https://h/x/': server certificate verification failed. CAfile: /etc/x CRLfile: none\n".to_owned(), "the host does not trust the certificate of the git server", ""),
        ("fatal: detected dubious ownership in repository at '/home/o/apps/huleedu'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory /home/o/apps/huleedu\n".to_owned(), "git refuses a repository that belongs to another user: /home/o/apps/huleedu", "ssh hemma 'git config --global --add safe.directory /home/o/apps/huleedu'"),
        ("fatal: Unable to create '/a/.git/index.lock': File exists.\n\nAnother git process seems to be running in this repository, e.g.\nremove the file manually to continue.\n".to_owned(), "a lock file of git is in the way /a/.git/index.lock", "pgrep"),
        ("fatal: not a git repository (or any of the parent directories): .git\n".to_owned(), "its .git is not a repository that git can read", ""),
        ("hint: Diverging branches can't be fast-forwarded, you need to either:\nfatal: Not possible to fast-forward, aborting.\n".to_owned(), "the checkout and the remote have different histories", "log --oneline"),
        ("fatal: refusing to merge unrelated histories\n".to_owned(), "the checkout and the remote have different histories", ""),
        ("fatal: bad object HEAD\n".to_owned(), "the repository on the host is damaged: bad object HEAD", "fsck"),
        ("fatal: .git/index: index file smaller than expected\n".to_owned(), "the repository on the host is damaged", "fsck"),
        ("fatal: transport 'ext' not allowed\n".to_owned(), "git on the host cannot use an address of this kind", ""),
        ("git-lfs filter-process: 1: git-lfs: not found\nfatal: the remote end hung up unexpectedly\n".to_owned(), "the repository uses Git LFS", "install git-lfs"),
        ("fatal: clone of '/srv/p' into submodule path '/x/subm' failed\nFailed to clone 'subm'. Retry scheduled\n".to_owned(), "a submodule stopped git: clone of", "submodule status"),
        ("error: The following untracked working tree files would be overwritten by merge:\n\ta b\n\tc\nPlease move or remove them before you merge.\nAborting\n".to_owned(), "files on the host are in the way and would be overwritten: a b, c", "status"),
        ("error: Entry '.env' not uptodate. Cannot merge.\n".to_owned(), "a file on the host differs from git's index", ""),
        ("error: unable to unlink old 'x': Permission denied\n".to_owned(), "the login user of the host may not read or write there: unable to unlink old 'x'", ""),
        ("error: unable to write file x\nfatal: write error: No space left on device\n".to_owned(), "nothing can be written on the host: write error: No space left on device", "df -h"),
        ("nothing can be written in /a/.git: No space left on device\n".to_owned(), "nothing can be written in /a/.git", "df -h"),
        ("fatal: protocol error: bad line length character: hell\n".to_owned(), "the git server prints text in front of git's answer", ".bashrc"),
        ("error: RPC failed; curl 56 Recv failure\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n".to_owned(), "the connection to the git server was lost", ""),
        ("sh: 1: git: not found\n".to_owned(), "git is not installed on the host", ""),
        (not_read("** WARNING: connection is not using a post-quantum key exchange algorithm."), "the host could not read the repository, and the git server did not say why", "ls-remote"),
        ("warning: x\nfatal: something new\nhint: do this\nand that.\n".to_owned(), "something new", ""),
        ("merge: 0123 - not something we can merge\n".to_owned(), "merge: 0123 - not something we can merge", ""),
        ("hemma: files are in the way that the commit would overwrite: a \n".to_owned(), "files are in the way that the commit", ""),
        (String::new(), "git printed nothing", ""),
    ];
    for (said, expected, next) in rows {
        let cause = of(&said);
        assert!(cause.starts_with(expected), "{said}\ngave {cause}");
        assert!(
            !cause.contains("c4n4ry") && !cause.contains(|it: char| it.is_control()),
            "{cause}"
        );
        let hint = hint_of(&cause);
        assert!(hint.contains(next) && !hint.contains("c4n4ry"), "{cause}: {hint}");
    }
}

#[test]
fn no_cause_begins_like_another_one() {
    for (at, one) in KNOWN.iter().enumerate() {
        let others = KNOWN.iter().enumerate().filter(|it| it.0 != at);
        for (_, other) in others {
            assert!(!other.words.starts_with(one.words), "{} and {}", one.words, other.words);
        }
        assert!(one.signs.iter().all(|it| *it == it.to_lowercase()), "{:?}", one.signs);
    }
}

#[test]
fn a_hint_can_be_pasted() {
    let mut spec = spec();
    assert_eq!(in_checkout(&spec, &["status"]), "ssh hemma 'git -C ~/apps/huleedu status'");
    spec.checkout = "~/my apps/x".parse().expect("a path");
    let line = in_checkout(&spec, &["switch", "a b"]);
    assert_eq!(line, r"ssh hemma 'git -C ~/'\''my apps/x'\'' switch '\''a b'\'''");
    for (address, server, login) in [
        ("git@h:x", "h", Some("git@h")),
        ("ssh://git@h:22/x", "h", Some("ssh://git@h:22")),
        ("https://h/x", "h", None),
        ("/srv/x", "the git server", None),
    ] {
        assert_eq!(
            (server_of(address), login_of(Some(address)).as_deref()),
            (server, login),
            "{address}"
        );
    }
}
