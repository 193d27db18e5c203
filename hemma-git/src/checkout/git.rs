//! How the scripts call git: the same words on every host, and a login that nothing shows.

use hemma_core::Command;
use hemma_core::names::RemoteUrl;

/// Begins a script that reads what git prints, or changes a repository.
///
/// What the login environment and the host's configuration would add (another repository, a trace,
/// colours, another language) is taken out. What says how a remote is reached stays as it is:
/// `core.sshCommand` with its deploy key would lose to a `GIT_SSH_COMMAND` of ours. A script has no
/// terminal, so nothing can ask.
///
/// `has COMMIT` says whether everything of a commit is there: a fetch that ran out of space may leave
/// the commit without its files. `say KEY VALUE` prints one value, and `list KEY` the names that come in, each ended by a NUL: a
/// name may hold a line break. Nothing else is printed, and what git says on standard error never
/// becomes a value.
pub const GIT: &str = r#"
for it in $(env | sed -n 's/^\(GIT_TRACE[A-Z0-9_]*\)=.*/\1/p'); do unset "$it"; done
unset LANGUAGE DISPLAY SSH_ASKPASS GIT_ASKPASS GIT_CURL_VERBOSE GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR \
    GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE GIT_PREFIX \
    GIT_CEILING_DIRECTORIES GIT_EXTERNAL_DIFF GIT_DIFF_OPTS GIT_ATTR_SOURCE GIT_SHALLOW_FILE \
    GIT_GLOB_PATHSPECS GIT_NOGLOB_PATHSPECS GIT_ICASE_PATHSPECS
export LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_LITERAL_PATHSPECS=1 GIT_PAGER=cat
export SSH_ASKPASS_REQUIRE=never
ask() {
    git -c color.ui=false -c core.quotePath=false -c core.fsmonitor=false -c log.showSignature=false \
        -c i18n.logOutputEncoding=UTF-8 -c diff.relative=false -c diff.orderFile=/dev/null "$@"
}
has() { git rev-list --quiet --objects "$1" --not HEAD 2>/dev/null; }
say() { printf '%s=%s\000' "$1" "$2"; }
list() { printf 'list=%s\000' "$1"; cat; printf '\000'; }
"#;

/// `take_login` reads the login of a remote from standard input, and `far SECONDS …` is a git that asks
/// a remote with it, within that time if there is one. The login lies in a file that has no name any more before anything is written to
/// it, and no helper of the host's own hears of it.
pub(crate) const LOGIN: &str = r#"
login=
open_login() {
    f=$(umask 077; trap '' TERM INT HUP PIPE; mktemp) || exit 71
    exec 9<>"$f"
    rm -f "$f"
    login=yes
}
take_login() { open_login && cat >&9; }
far() {
    limit=$1; shift
    if [ -n "$login" ]; then
        set -- -c credential.helper= \
            -c 'credential.helper=!f() { [ "$1" != get ] || git credential-store --file=/dev/fd/9 get; }; f' "$@"
    fi
    ${limit:+timeout $limit} git -c gc.auto=0 -c maintenance.auto=false -c fetch.recurseSubmodules=false "$@"
}
"#;

/// `look_at_origin` finds how `origin` is asked: by its name, or by `$origin` where its address has a
/// login in it that somebody wrote there. git would put that on a command line.
pub(crate) const ORIGIN: &str = r#"
look_at_origin() {
    url=$(git config --get remote.origin.url)
    origin=origin
    case $url in http://*@* | https://*@*) ;; *) return ;; esac
    rest=${url#*://}
    at=${rest%%[/?#]*}
    case $at in *@*) ;; *) return ;; esac
    who=${at%@*}
    # A plain user name is no secret; the password is the host's own affair.
    case $who in *:*) ;; ????????????????*) who=$who: ;; *) return ;; esac
    origin=${url%%://*}://${rest#"${at%@*}@"}
    url=$origin
    say origin_login yes
    [ -n "$login" ] || { open_login; printf '%s\n' "${origin%%://*}://$who@${origin#*://}" >&9; }
}
"#;

/// What a script printed with `say` and `list`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Printed<'t> {
    /// A value, by its key.
    Value(&'t str, &'t str),
    /// Names, by their key.
    Names(&'t str, Vec<&'t str>),
}

/// Reads the records, each of which ends with a NUL. What a login shell printed in front of them is
/// part of the first one, of which the last line counts.
pub(crate) fn printed(stdout: &str) -> Vec<Printed<'_>> {
    let begin = stdout.find('\0').and_then(|end| stdout[..end].rfind('\n')).map_or(0, |it| it + 1);
    let mut records = stdout[begin..].split('\0');
    let mut read = Vec::new();
    while let Some(record) = records.next() {
        match record.split_once('=') {
            Some(("list", key)) => {
                let names = records.by_ref().take_while(|it| !it.is_empty());
                read.push(Printed::Names(key, names.collect()));
            }
            Some((key, value)) => read.push(Printed::Value(key, value)),
            None => {}
        }
    }
    read
}

/// Gives a script the login of a remote, if it has one. The script is told by its parameter.
pub(crate) fn with_login(command: Command, remote: Option<&RemoteUrl>) -> Command {
    match remote.and_then(RemoteUrl::credential) {
        Some(credential) => command.stdin_secret(credential),
        None => command,
    }
}

/// The parameter that says whether [`with_login`] gives one.
pub(crate) fn login_word(remote: Option<&RemoteUrl>) -> &'static str {
    if remote.is_some_and(|it| it.credential().is_some()) { "login" } else { "" }
}
