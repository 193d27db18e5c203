//! The fence, which keeps a run that lost the lock from changing anything more.
//!
//! Each run that takes the lock gets a number that is larger than the one before. The remote line
//! of each change compares it, and asks the kernel whether the lock is still held; so a run whose
//! lock was released by force, or whose machine slept for too long, stops before its next change.

use hemma_core::names::ProjectName;
use hemma_core::{Guard, Host};

use super::unproven::Marker;
use crate::state_dir::STATE;

/// `$1` is the project, `$2` the run's number, `$3` the marker that is written before the first
/// change, if any. `flock -s` is refused with 1 as long as the lock is held.
///
/// A marker that cannot be written stops nothing: the change itself reports a full disk.
const HELD: &str = r#"
now=$(cat "$s/fence" 2>/dev/null)
if [ "$now" = "$2" ]; then
    flock -n -s "$s/lock" true 2>/dev/null
    [ $? = 1 ] || refuse "its process on the host has ended$(sed -n "s/^$2 /: /p" "$s/ended" 2>/dev/null)"
else
    ended=$(sed -n "s/^$2 //p" "$s/ended" 2>/dev/null)
    refuse "${ended:-another run has taken it}"
fi
[ -z "$3" ] || [ -e "$s/unproven" ] || {
    printf '%s\n%s\n' "$2" "$3" | cat >"$s/unproven.new" && mv "$s/unproven.new" "$s/unproven" ||
        rm -f "$s/unproven.new"
} 2>/dev/null
"#;

/// The guard of a run with the number `fence`. Its first change writes `marker` on the host.
pub(super) fn guard(
    host: &Host,
    project: &ProjectName,
    fence: u64,
    marker: Option<&Marker>,
) -> Guard {
    let marker = marker.and_then(|it| serde_json::to_string(it).ok()).unwrap_or_default();
    let parameters = [project.to_string(), fence.to_string(), marker];
    Guard::new(host, &format!("{STATE}{HELD}"), parameters)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::Path;

    use super::*;

    /// Runs the guard in front of `echo changed`, after `before`, with the lock held by the run
    /// with the number 7 if `held`.
    fn guarded(state: &Path, before: &str, held: bool, marker: &str) -> (i32, String) {
        let lock = if held { "exec 9>>\"$s/lock\"; flock -n 9; " } else { "" };
        let guard = format!("refuse() {{ echo \"$*\"; exit 244; }}\n{STATE}{HELD}\necho changed");
        let script = format!(
            "{STATE}mkdir -p \"$s\"; echo 7 >\"$s/fence\"; touch \"$s/lock\"\n{before}\n{lock}sh -c \"$0\" sh \"$@\" 9>&-"
        );
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran = std::process::Command::new("sh")
            .args(["-c", &script, &guard, "shop", "7", marker])
            .env("XDG_STATE_HOME", state)
            .output()
            .expect("there is a shell");
        let said = String::from_utf8_lossy(&ran.stdout).trim().to_owned();
        (ran.status.code().unwrap_or(-1), said)
    }

    #[test]
    fn a_change_is_made_only_while_the_lock_is_held_by_this_very_run() {
        let ended = "echo '7 bob on desk ended it' >\"$s/ended\"";
        let rows = [
            ("", true, 0, "changed"),
            ("", false, 244, "its process on the host has ended"),
            (ended, false, 244, "its process on the host has ended: bob on desk ended it"),
            ("echo 8 >\"$s/fence\"", true, 244, "another run has taken it"),
            (&format!("{ended}; echo 8 >\"$s/fence\""), true, 244, "bob on desk ended it"),
            ("rm \"$s/fence\"", true, 244, "another run has taken it"),
        ];
        for (before, held, exit, said) in rows {
            let state = tempfile::tempdir().expect("a place");
            let seen = guarded(state.path(), before, held, "");
            assert_eq!(seen, (exit, said.to_owned()), "{before} {held}");
        }
    }

    #[test]
    fn the_first_change_of_a_run_notes_that_its_release_is_unproven() {
        let state = tempfile::tempdir().expect("a place");
        let noted = || std::fs::read_to_string(state.path().join("hemma/shop/unproven"));
        assert_eq!(guarded(state.path(), "", false, "{}").0, 244);
        assert!(noted().is_err(), "a change that was refused notes nothing");
        assert_eq!(guarded(state.path(), "", true, "{\"a\":1}").0, 0);
        assert_eq!(guarded(state.path(), "", true, "{\"b\":2}").0, 0);
        assert_eq!(noted().expect("it is noted"), "7\n{\"a\":1}\n", "the first one stays");
    }
}
