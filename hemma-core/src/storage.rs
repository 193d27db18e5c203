//! A host on which nothing can be written: a full disk, a file system that is read-only, or a
//! repository that is locked.

use crate::{Classified, ErrorClass, Finding, FindingId, Hint, Host, quote_path};

/// A shell function that prints why nothing can be written in a directory, if that is so: git does
/// not print the cause, or buries it in advice.
pub const PROBE: &str = r#"
probe() {
    said=$({ echo x | cat >"$1/hemma-probe"; } 2>&1) ||
        echo "nothing can be written in $1: ${said##*: }" >&2
    rm -f "$1/hemma-probe"
    [ ! -e "$1/index.lock" ] ||
        echo "$1/index.lock is in the way: a git is at work there, or was ended by force" >&2
}
"#;

/// The text that follows the path of a lock.
const IN_THE_WAY: &str = " is in the way: a git is at work there";

/// The next thing to try, if a tool's message says that nothing can be written.
pub fn hint(host: &Host, said: &str) -> Option<Hint> {
    let says = |words: &str| said.to_lowercase().contains(words);
    let locked = said.split_once(IN_THE_WAY).map(|it| it.0);
    if let Some(lock) = locked {
        return Some(Hint::on(host, format_args!("pgrep -a git || rm {}", quote_path(lock))));
    }
    let look = if says("no space left on device")
        || says("out of diskspace")
        || says("disk quota exceeded")
    {
        "df -h; df -i; sudo docker system df"
    } else if says("read-only file system") {
        "findmnt -o TARGET,SOURCE,OPTIONS; sudo dmesg | tail"
    } else {
        return None;
    };
    Some(Hint::on(host, look))
}

/// Classifies an error by the host's message: if it says that nothing can be written, the next
/// thing to try is added.
pub fn classify(class: ErrorClass, host: &Host, said: &str) -> Classified {
    class.with_any(hint(host, said), "the host's own words are all that is known")
}

/// A finding with the verdict `Unknown`, with the next thing to try if the host cannot be written
/// to.
pub fn unknown(
    host: &Host,
    id: FindingId,
    subject: &str,
    error: &dyn std::error::Error,
) -> Finding {
    let finding = Finding::unknown(id, subject, error);
    let hint = hint(host, &finding.detail);
    finding.hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_all_tools_are_known() {
        let host = "hemma".parse().expect("a host");
        let rows = [
            ("mktemp: failed to create file via template: No space left on device", "df -h"),
            ("write /var/lib/docker/tmp/x: no space left on device", "df -h"),
            ("fatal: cannot create directory at 'x': Read-only file system", "findmnt"),
            ("fatal: could not read from remote repository", ""),
            (
                "/a/.git/index.lock is in the way: a git is at work there, or was ended by force",
                "pgrep -a git || rm /a/.git/index.lock",
            ),
        ];
        for (said, expected) in rows {
            let hint = hint(&host, said).map(|it| format!("{it:?}")).unwrap_or_default();
            assert!(hint.contains(expected) && hint.is_empty() == expected.is_empty(), "{hint}");
        }
    }
}
