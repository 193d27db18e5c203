//! Tells the messages of sudo from those of the program that it runs.

/// The prefixes of messages of sudo and sudo-rs.
const NAMES: [&str; 2] = ["sudo: ", "sudo-rs: "];

/// Refusals that sudo prints without its prefix, or with text that a program might print, too.
const REFUSALS: [&str; 4] = [
    "is not in the sudoers file",
    "is not allowed to execute",
    "is not allowed to run sudo on",
    "may not run sudo on",
];

/// Remarks that sudo prints before it runs the command.
const REMARKS: [&str; 9] = [
    "unable to resolve host",
    "setrlimit(",
    "unable to get time of day",
    "unable to send audit message",
    "unable to initialize SSS source",
    "unable to open log file",
    "unable to mkdir",
    "timestamp too far in the future",
    "problem with defaults entries",
];

/// Whether a line is a remark of sudo about itself, which says nothing about the command.
pub fn is_remark(line: &str) -> bool {
    own(line).is_some_and(|said| REMARKS.iter().any(|it| said.contains(it)))
}

/// The reason why sudo did not run a command: its own line in the standard error, without its
/// prefix. Use it only for a command that failed, since a program may print such a line itself.
pub fn refusal(stderr: &str) -> Option<&str> {
    let lines = || stderr.lines().map(str::trim);
    let plain = lines().find(|line| REFUSALS.iter().any(|it| line.contains(it)));
    let named = || lines().filter(|it| !is_remark(it)).find_map(own);
    plain.map(|it| own(it).unwrap_or(it)).or_else(named)
}

/// A text without sudo's remarks, and the first remark.
#[cfg(feature = "ssh")]
pub(crate) fn without_remarks(stderr: String) -> (String, Option<String>) {
    let Some(first) = stderr.lines().find(|it| is_remark(it)).map(|it| it.trim().to_owned()) else {
        return (stderr, None);
    };
    let rest = stderr.split_inclusive('\n').filter(|it| !is_remark(it.trim())).collect();
    (rest, Some(first))
}

/// The sudoers line that lets a login do what hemma needs. hemma runs shells as root, so that the
/// processes that it starts end with its connection; a list of allowed programs would have to
/// contain `sh`.
pub(crate) fn allowing_line(login: &str) -> String {
    format!("{login} ALL=(root) NOPASSWD: ALL")
}

/// A line of sudo's own, without its prefix. `None` if the line is another program's.
pub fn own(line: &str) -> Option<&str> {
    NAMES.iter().find_map(|it| line.trim_start().strip_prefix(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_a_remark() {
        let rows = [
            ("sudo: a password is required\n", Some("a password is required")),
            (
                "sudo-rs: interactive authentication is required\n",
                Some("interactive authentication is required"),
            ),
            (
                "sudo: sorry, you must have a tty to run sudo\n",
                Some("sorry, you must have a tty to run sudo"),
            ),
            (
                "operator is not in the sudoers file.\n",
                Some("operator is not in the sudoers file."),
            ),
            (
                "Sorry, user operator is not allowed to execute '/usr/bin/sh' as root on hemma.\n",
                Some(
                    "Sorry, user operator is not allowed to execute '/usr/bin/sh' as root on hemma.",
                ),
            ),
            (
                "sudo: unable to resolve host hemma: Name or service not known\n\
                 sudo: a password is required\n",
                Some("a password is required"),
            ),
            ("sudo: unable to resolve host hemma: Name or service not known\n", None),
            ("sudo: setrlimit(RLIMIT_CORE): Operation not permitted\nno such container\n", None),
            ("docker: 'sudo: x' is not a command\n", None),
            (
                "sudo-rs: Sorry, user o may not run sudo on h.\n",
                Some("Sorry, user o may not run sudo on h."),
            ),
            ("sudo-rs: unable to resolve host h\nno such container\n", None),
            ("", None),
        ];
        for (stderr, expected) in rows {
            assert_eq!(refusal(stderr), expected, "{stderr:?}");
        }
    }

    #[test]
    fn remarks_are_taken_out() {
        let said = "a\nsudo: unable to resolve host x: y\nb\n".to_owned();
        let (rest, remark) = without_remarks(said);
        assert_eq!(rest, "a\nb\n");
        assert_eq!(remark.as_deref(), Some("sudo: unable to resolve host x: y"));
        assert_eq!(without_remarks("a".to_owned()), ("a".to_owned(), None));
    }
}
