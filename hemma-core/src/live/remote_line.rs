//! The command line that is sent to the login shell of a host for one command.

use super::marks::Marks;
use super::word::Words;
use crate::{Command, Guard};

/// The exit code that replaces 127 on the way back: the mux client reports 127 as "not found" and
/// drops the output, which has the cause in it.
const INSTEAD_OF_127: i32 = 243;

/// Variables of a profile that would change the output or the behaviour of a script.
const UNSET: &str = "unset CDPATH ENV BASH_ENV";

/// Ends the command when the connection or this side of the channel closes. sshd does not: it
/// leaves the process running, in one of the ten sessions. So the channel's input is kept open as a
/// lifeline, and its reader ends the process group when it closes.
///
/// The signal is repeated and comes from another process group: a sudo that has just started its
/// program loses the first signal, and passes on none from its own process group.
///
/// The reader's output is discarded: if it held the channel's output, the channel would stay open
/// after the command.
const WITH_LIFELINE: &str = "exec 3<&0; { cat <&3; \
    setsid sh -c 'for s in 1 5 25; do kill -TERM -$0 || exit; sleep $s; done' $$; \
    } >/dev/null 2>&1 & w=$!; exec 3<&-; \
    \"$@\" </dev/null; r=$?; kill $w 2>/dev/null";

/// The input is the command's own; the command sees its end.
const WITH_INPUT: &str = "\"$@\"; r=$?";

/// The use of the command's standard streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// Nothing is sent; closing the input ends the command.
    Lifeline,
    /// The input is fed to the command.
    Fed,
    /// The input is a remote terminal, which shows both streams of the command as one.
    Terminal,
}

/// The line that runs `command` with marks around what it prints.
///
/// The first mark says that the login shell ran the line, the second that the command begins (its
/// guard and sudo let it run), the last that the command ended, with its exit code. Output before
/// the second and after the last mark is not the command's.
///
/// `None` if no line can hold its words.
pub(super) fn line(
    command: &Command,
    guard: Option<&Guard>,
    input: Input,
    marks: &Marks,
) -> Option<String> {
    let mark = marks.function(input != Input::Terminal);
    let mut words = Words::default();
    // An error about the directory goes to the command's own standard error.
    let enter = command.directory().map(|directory| {
        let cd = format!("cd -- {}", path(directory, &mut words));
        format!("{cd} 2>/dev/null || {{ mark begun; {cd}; r=$?; mark ended=$r; exit $r; }}; ")
    });
    let enter = enter.unwrap_or_default();
    let (session, around) = match input {
        Input::Lifeline => ("setsid -w ", WITH_LIFELINE),
        Input::Fed | Input::Terminal => ("", WITH_INPUT),
    };
    let script = words.refer(&format!(
        "{mark}; mark begun; {around}; [ $r != 127 ] || r={INSTEAD_OF_127}; mark ended=$r; exit $r"
    ));
    let own = std::iter::once(command.program()).chain(command.arguments().iter().map(|it| &**it));
    let own: Vec<String> = own.map(|it| words.refer(it)).collect();
    let guard = guard.map(Guard::prefix).unwrap_or_default();
    let run = if command.is_sudo() {
        let missing = "echo sudo: it is not installed >&2; exit 1";
        format!("command -v sudo >/dev/null || {{ {missing}; }}; exec {guard}sudo -n ")
    } else {
        format!("exec {guard}")
    };
    let reached = "mark \"reached=$LOGNAME\"";
    words.line(&format!(
        "{UNSET}; {mark}; {reached}; {enter}{run}{session}sh -c {script} sh {}",
        own.join(" ")
    ))
}

/// The command line of the process that keeps a connection open and echoes its input.
pub(super) fn echo(marks: &Marks) -> String {
    // ssh's own messages are on the other stream.
    let head =
        format!("{}; mark \"reached=$LOGNAME\"; mark begun; exec cat", marks.function(false));
    Words::default().line(&head).unwrap_or_default()
}

pub(super) fn exit_code(code: i32) -> i32 {
    if code == INSTEAD_OF_127 { 127 } else { code }
}

/// Quotes a directory. A leading `~/` is the home of the login; a leading `-` is part of a name.
fn path(directory: &str, words: &mut Words) -> String {
    match directory.strip_prefix("~/") {
        Some("") => "\"$HOME\"".to_owned(),
        Some(rest) => format!("\"$HOME\"/{}", words.refer(rest)),
        None if directory == "~" => "\"$HOME\"".to_owned(),
        None if directory.starts_with('-') => words.refer(&format!("./{directory}")),
        None => words.refer(directory),
    }
}
