//! The known causes, the more specific ones first.

/// A known cause, and the signs of it in git's output.
pub(super) struct Known {
    /// The signs, in lower case; a line with one of them is enough.
    pub(super) signs: &'static [&'static str],
    /// The wording of the cause. No wording is the beginning of another one.
    pub(super) words: &'static str,
    /// The details from the line.
    pub(super) detail: Detail,
    /// The next thing to do.
    pub(super) next: Next,
}

/// The details of a line that are added to the wording.
pub(super) enum Detail {
    /// Nothing.
    None,
    /// The whole line.
    Line,
    /// The text in its last quotes.
    Quoted,
    /// The text after this one, which is in lower case.
    Behind(&'static str),
    /// The names of files on the lines after it.
    FilesBelow,
}

/// The next thing to do.
pub(super) enum Next {
    /// Nothing: git's line says it, or it is not known.
    Nothing,
    /// A sentence.
    Do(&'static str),
    /// A git command in the checkout.
    InCheckout(&'static [&'static str]),
    /// Tell git on the host to trust a directory.
    TrustDirectory,
    /// See and accept the key of the git server, on the host.
    MeetServer,
    /// Forget the old key of the git server, on the host.
    ForgetServer,
    /// Give the git server a key of the host.
    DeployKey,
    /// Ask the remote by hand, on the host.
    LookOnHost,
}

use Detail::{Behind, FilesBelow, Line, Quoted};

const fn row(
    signs: &'static [&'static str],
    words: &'static str,
    detail: Detail,
    next: Next,
) -> Known {
    Known { signs, words, detail, next }
}

const LOGIN: &str = "put a token that may read the repository into [repository] remote \
    (https://USER:TOKEN@HOST/PATH), or use an ssh address and a deploy key; where the host's own git \
    knows a password, leave the user name out";

pub(super) const KNOWN: &[Known] = &[
    row(
        &[
            "no space left on device",
            "disk quota exceeded",
            "out of diskspace",
            "read-only file system",
        ],
        "nothing can be written on the host",
        Line,
        Next::Nothing,
    ),
    row(
        &[
            "index.lock': file exists",
            "another git process seems to be running",
            ".lock': file exists",
        ],
        "a lock file of git is in the way",
        Quoted,
        Next::Do(
            "wait until the other git process has ended; if none runs (`pgrep -a git` on the \
             host), remove that file",
        ),
    ),
    row(
        &["detected dubious ownership in repository at"],
        "git refuses a repository that belongs to another user:",
        Quoted,
        Next::TrustDirectory,
    ),
    row(
        &["remote host identification has changed"],
        "the key of the git server is not the one that the host knows",
        Detail::None,
        Next::ForgetServer,
    ),
    row(
        &[
            "host key verification failed",
            "host key is known for",
            "no matching host key fingerprint",
        ],
        "the host does not know the key of the git server yet",
        Detail::None,
        Next::MeetServer,
    ),
    row(
        &[
            "permission denied (publickey",
            "permission denied (",
            "too many authentication failures",
        ],
        "the git server accepts none of the host's ssh keys",
        Detail::None,
        Next::DeployKey,
    ),
    row(
        &["kex_exchange_identification", "connection closed by", "connection reset by"],
        "the git server closed the connection before the login",
        Detail::None,
        Next::LookOnHost,
    ),
    row(
        &["cannot run ssh", "ssh: not found", "unable to fork"],
        "the host cannot start ssh",
        Line,
        Next::Nothing,
    ),
    row(
        &[
            "could not resolve host",
            "name or service not known",
            "temporary failure in name resolution",
            "unable to look up",
            "no address associated with hostname",
            "nodename nor servname",
        ],
        "the host cannot resolve the name of the git server",
        Line,
        Next::LookOnHost,
    ),
    row(
        &[
            "connection refused",
            "connection timed out",
            "operation timed out",
            "no route to host",
            "network is unreachable",
            "failed to connect to",
            "couldn't connect to server",
            "could not connect to server",
            "unable to connect to",
        ],
        "the git server does not answer the host",
        Line,
        Next::LookOnHost,
    ),
    row(
        &["ssl certificate problem:", "server certificate verification failed"],
        "the host does not trust the certificate of the git server",
        Behind("ssl certificate problem:"),
        Next::LookOnHost,
    ),
    row(
        &[
            "gnutls_handshake",
            "ssl_error",
            "ssl routines",
            "certificate subject name",
            "no alternative certificate subject name",
        ],
        "the host and the git server do not agree on TLS",
        Line,
        Next::LookOnHost,
    ),
    row(
        &["could not read username", "could not read password", "terminal prompts disabled"],
        "the git server requires a login, and the host has none for it",
        Detail::None,
        Next::Do(LOGIN),
    ),
    row(
        &[
            "authentication failed for",
            "http basic: access denied",
            "invalid username or",
            "the requested url returned error: 401",
            "the requested url returned error: 403",
            "password authentication was removed",
            "access denied or repository not exported",
        ],
        "the git server rejects the login that the host sends",
        Detail::None,
        Next::Do(LOGIN),
    ),
    row(
        &[
            "repository not found",
            "does not appear to be a git repository",
            "not found: did you run",
            "the requested url returned error: 404",
            "repository does not exist",
            "project you were looking for",
            "' not found",
            "not a git archive",
        ],
        "there is no such repository, or the host may not read it",
        Detail::None,
        Next::LookOnHost,
    ),
    row(
        &["fatal: remote branch "],
        "the remote has no such branch",
        Detail::None,
        Next::Do("set [repository] branch to one that it has"),
    ),
    row(
        &["couldn't find remote ref"],
        "the remote no longer has the branch",
        Detail::None,
        Next::LookOnHost,
    ),
    row(
        &["git-lfs", "'lfs' is not a git command", "smudge filter lfs"],
        "the repository uses Git LFS, and the host could not get its files",
        Line,
        Next::Do(
            "install git-lfs on the host (`git lfs install` for the login user), and see that it may read the objects",
        ),
    ),
    row(
        &["into submodule path", "submodule path '", "submodule mapping"],
        "a submodule stopped git",
        Line,
        Next::InCheckout(&["submodule", "status"]),
    ),
    row(
        &[
            "would be overwritten by merge",
            "would be overwritten by checkout",
            "would lose untracked files",
        ],
        "files on the host are in the way and would be overwritten",
        FilesBelow,
        Next::InCheckout(&["status"]),
    ),
    row(
        &["untracked working tree file"],
        "a file on the host is in the way and would be overwritten",
        Line,
        Next::InCheckout(&["status"]),
    ),
    row(
        &["not uptodate. cannot merge"],
        "a file on the host differs from git's index",
        Line,
        Next::InCheckout(&["status"]),
    ),
    row(
        &["not possible to fast-forward", "unrelated histories"],
        "the checkout and the remote have different histories",
        Detail::None,
        Next::InCheckout(&["log", "--oneline", "--graph", "-n", "20", "--all"]),
    ),
    row(
        &["fatal: shallow", "shallow file", "shallow update", "object: shallow"],
        "the checkout was cloned without its history",
        Line,
        Next::InCheckout(&["fetch", "--unshallow"]),
    ),
    row(
        &["you have not concluded your merge", "unmerged", "you have not concluded"],
        "a merge is not concluded in the checkout",
        Detail::None,
        Next::InCheckout(&["status"]),
    ),
    row(
        &["permission denied"],
        "the login user of the host may not read or write there",
        Line,
        Next::Nothing,
    ),
    row(
        &[
            "is corrupt",
            "loose object",
            "bad object",
            "unable to read tree",
            "object file",
            "missing blob",
            "index file corrupt",
            "bad signature",
            "index file smaller",
        ],
        "the repository on the host is damaged",
        Line,
        Next::InCheckout(&["fsck"]),
    ),
    row(
        &["not a git repository"],
        "its .git is not a repository that git can read",
        Detail::None,
        Next::InCheckout(&["status"]),
    ),
    row(
        &["protocol error: bad line length"],
        "the git server prints text in front of git's answer",
        Detail::None,
        Next::Do("see what the login shell of the git server prints, e.g. in its ~/.bashrc"),
    ),
    row(
        &["transport '", "remote helper"],
        "git on the host cannot use an address of this kind",
        Line,
        Next::Nothing,
    ),
    row(
        &[
            "early eof",
            "rpc failed",
            "unexpected disconnect",
            "index-pack failed",
            "hung up unexpectedly",
            "the remote end hung up",
        ],
        "the connection to the git server was lost",
        Detail::None,
        Next::LookOnHost,
    ),
    row(
        &["git: not found", "git: command not found", "'git': no such file"],
        "git is not installed on the host",
        Detail::None,
        Next::Do("install git on the host"),
    ),
    row(
        &["could not read from remote repository"],
        "the host could not read the repository, and the git server did not say why",
        Detail::None,
        Next::LookOnHost,
    ),
];
