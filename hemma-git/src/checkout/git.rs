//! The way scripts call git: equally on every host, and without showing a login.

use hemma_core::Command;
use hemma_core::names::RemoteUrl;

/// The beginning of a script that reads git's output, or changes a repository.
///
/// Settings of the login environment and of the host's configuration that would change the output
/// (another repository, a trace, colours, another language) are removed. Settings for reaching a
/// remote stay: a `GIT_SSH_COMMAND` set here would override `core.sshCommand` with its deploy key.
/// A script has no terminal, so git cannot prompt.
///
/// `has COMMIT` checks that a commit is complete: a fetch that ran out of space may leave the
/// commit without its files. `say KEY VALUE` prints one value, and `list KEY` prints the names on
/// its input. Both end each of them with a NUL, since a name may have a line break. Nothing else is
/// printed, and git's standard error never becomes a value.
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

/// `take_login` reads the login of a remote from standard input, and `far SECONDS …` runs git with
/// it for a remote, within that time if one is given. The login is in a file that is unlinked
/// before anything is written to it, and no credential helper of the host gets it.
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

/// `look_at_origin` finds the argument for asking `origin`: its name, or `$origin` if its address
/// has a login in it, which git would otherwise put on a command line.
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

/// A record that a script printed with `say` or `list`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Printed<'t> {
    /// A value with its key.
    Value(&'t str, &'t str),
    /// Names with their key.
    Names(&'t str, Vec<&'t str>),
}

/// Reads the records, each of which ends with a NUL. Output of a login shell is part of the first
/// record, of which only the last line counts.
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

/// Passes the login of a remote to a script, if there is one. A parameter tells the script.
pub(crate) fn with_login(command: Command, remote: Option<&RemoteUrl>) -> Command {
    match remote.and_then(RemoteUrl::credential) {
        Some(credential) => command.stdin_secret(credential),
        None => command,
    }
}

/// The parameter that says whether [`with_login`] passes a login.
pub(crate) fn login_word(remote: Option<&RemoteUrl>) -> &'static str {
    if remote.is_some_and(|it| it.credential().is_some()) { "login" } else { "" }
}
