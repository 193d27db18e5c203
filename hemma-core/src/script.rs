//! Shell functions for scripts that may be ended at any moment.

/// Begins a script that needs files of its own: `$w` is a directory for them.
///
/// A script may be ended at any moment, also while the directory is being made. So the cleanup is
/// set up first, and `mktemp` ignores the signals. The removal ignores them, too, since they come
/// more than once.
///
/// A shell whose child was ended prints a message, which ends the shell itself by PIPE if the
/// connection is gone already. So PIPE leads to the cleanup, like the other signals.
pub const SCRATCH: &str = r#"
w=
trap 'trap "" TERM INT HUP PIPE; [ -z "$w" ] || rm -rf "$w"' EXIT
trap 'exit 75' TERM INT HUP PIPE
w=$(trap '' TERM INT HUP PIPE; mktemp -d) || exit 71
"#;

/// Defines `uncut`: from its first call on, a script finishes what it has begun even if the
/// connection is lost.
///
/// A signal goes to the whole process group, and git handles even one that its parent ignores: it
/// removes its lock file and goes on without it, to half a tree. So `uncut git …` runs in a process
/// group of its own.
pub const UNCUT: &str = r#"
uncut() {
    trap '' TERM INT HUP PIPE
    [ $# = 0 ] || setsid -w "$@"
}
"#;

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "the script is run here and ended at a moment")]
    fn begun(script: &str, here: &Path) -> Child {
        Command::new("sh")
            .args(["-c", script])
            .current_dir(here)
            .env("TMPDIR", here)
            .process_group(0)
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell")
    }

    /// Ends a script as the end of a connection does: more than once, as a child that a shell has
    /// only begun loses the signal.
    fn ended_after(wait: Duration, mut script: Child) {
        std::thread::sleep(wait);
        let group = rustix::process::Pid::from_child(&script);
        while script.try_wait().expect("it is ours to wait for").is_none() {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[cfg(target_os = "linux")]
    fn says(script: &str, here: &Path) -> String {
        #[expect(clippy::disallowed_methods, reason = "git is asked for what the script left")]
        let said = Command::new("sh").args(["-c", script]).current_dir(here).output();
        String::from_utf8(said.expect("there is a shell").stdout).expect("it is text")
    }

    #[test]
    fn a_script_that_is_ended_at_any_moment_leaves_no_directory() {
        let parent = tempfile::tempdir().expect("a directory");
        for round in 0..200_u64 {
            let script = begun(&format!("{SCRATCH}sleep 5"), parent.path());
            ended_after(Duration::from_micros(round * 40), script);
        }
        let left = std::fs::read_dir(parent.path()).expect("it is there").count();
        assert_eq!(left, 0, "directories were left behind");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_git_that_has_begun_is_not_cut() {
        let repository = tempfile::tempdir().expect("a directory");
        let here = repository.path();
        says(
            "git init -q . && export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
            for n in 1 2; do
                for file in $(seq 300); do echo $n >$file; done
                git add . && git commit -q -m $n && git tag c$n
            done",
            here,
        );
        for round in 0..60_u64 {
            let to = round % 2 + 1;
            let script = format!("{UNCUT}uncut git reset --quiet --keep c{to}");
            ended_after(Duration::from_micros(round * 300), begun(&script, here));
            assert_eq!(says("git status --porcelain; ls .git/*.lock", here), "", "{round}");
        }
    }
}
