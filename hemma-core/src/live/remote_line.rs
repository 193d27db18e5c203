//! What is sent to the remote shell for one command.

use crate::command::{quote, quote_path};
use crate::{Command, Guard};

/// Stands for exit code 127 on the way back: the mux client turns 127 into "not found" and throws
/// the output away, while the program's own words are the cause we want.
const INSTEAD_OF_127: i32 = 243;

/// Ends the command when the connection or our side of the channel goes away. sshd does not: it
/// leaves the process running, holding one of the ten sessions. So the channel's input is kept
/// open as a lifeline, and a reader of it ends the process group when it closes.
///
/// Once is not enough: a sudo that has just started its program loses the signal, and passes on none
/// that comes from its own process group; so it is repeated, and from outside.
///
/// The reader's output goes nowhere: were it to hold the channel's, the channel would stay open
/// after the command.
const WITH_LIFELINE: &str = "exec 3<&0; { cat <&3; \
    setsid sh -c 'for s in 1 5 25; do kill -TERM -$0 || exit; sleep $s; done' $$; \
    } >/dev/null 2>&1 & w=$!; exec 3<&-; \
    \"$@\" </dev/null; r=$?; kill $w 2>/dev/null; [ $r = 127 ] && r=243; exit $r";

/// The input is the command's own; whoever reads it sees it end.
const WITH_INPUT: &str = "\"$@\"; r=$?; [ $r = 127 ] && r=243; exit $r";

/// How the command's standard input is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// Nothing is sent; an end of it ends the command.
    Lifeline,
    /// It is fed to the command.
    Fed,
}

pub(super) fn line(command: &Command, guard: Option<&Guard>, input: Input) -> String {
    let cd = command.directory().map(|dir| format!("cd {} && ", quote_path(dir)));
    let sudo = if command.is_sudo() { "sudo -n " } else { "" };
    let (session, script) = match input {
        Input::Lifeline => ("setsid -w ", WITH_LIFELINE),
        Input::Fed => ("", WITH_INPUT),
    };
    let words = command.words();
    let (cd, guard) = (cd.unwrap_or_default(), guard.map(Guard::prefix).unwrap_or_default());
    format!("{cd}exec {guard}{sudo}{session}sh -c {} sh {words}", quote(script))
}

/// The line of a command whose streams are the operator's own: nothing of ours is around it.
pub(super) fn typed(command: &Command) -> String {
    let cd = command.directory().map(|dir| format!("cd {} && ", quote_path(dir)));
    let sudo = if command.is_sudo() { "sudo -n " } else { "" };
    format!("{}exec {sudo}{}", cd.unwrap_or_default(), command.words())
}

pub(super) fn exit_code(code: i32) -> i32 {
    if code == INSTEAD_OF_127 { 127 } else { code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_quoted_once_and_reached_through_positional_parameters() {
        let command = Command::new("echo").arg("$(id) it's").cwd("~/apps").sudo();
        let line = line(&command, None, Input::Fed);
        assert!(line.starts_with("cd ~/apps && exec sudo -n sh -c '"), "{line}");
        assert!(line.ends_with(r"' sh echo '$(id) it'\''s'"), "{line}");
        assert_eq!(typed(&command), r"cd ~/apps && exec sudo -n echo '$(id) it'\''s'");
    }
}
