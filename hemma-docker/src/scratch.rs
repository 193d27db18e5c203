//! A script's own directory, which goes away with it.

/// Begins a script that needs files of its own: `$w` is a directory for them.
///
/// A script is ended at any moment, also while the directory is being made: whoever is to remove it
/// is there before, and what makes it is not ended. The removal is not either, as the signal comes
/// more than once.
///
/// A shell whose child was ended says so, and ends of that itself where the connection is gone
/// already: so PIPE is a signal to clean up after, like the others.
pub(crate) const SCRATCH: &str = r#"
w=
trap 'trap "" TERM INT HUP PIPE; [ -z "$w" ] || rm -rf "$w"' EXIT
trap 'exit 75' TERM INT HUP PIPE
w=$(trap '' TERM INT HUP PIPE; mktemp -d) || exit 71
"#;

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the script is run here and ended at a moment")]
    fn a_script_that_is_ended_at_any_moment_leaves_no_directory() {
        let parent = tempfile::tempdir().expect("a directory");
        for round in 0..200_u64 {
            let mut script = Command::new("sh")
                .args(["-c", &format!("{SCRATCH}sleep 5")])
                .env("TMPDIR", parent.path())
                .process_group(0)
                .stderr(Stdio::null())
                .spawn()
                .expect("there is a shell");
            std::thread::sleep(Duration::from_micros(round * 40));
            let group = rustix::process::Pid::from_child(&script);
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
            script.wait().expect("it ends");
        }
        let left = std::fs::read_dir(parent.path()).expect("it is there").count();
        assert_eq!(left, 0, "directories were left behind");
    }
}
