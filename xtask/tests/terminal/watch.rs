//! `status --watch` for a host that refuses the connection: drawing it needs no host.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::seat::{Seat, hemma};

const SETTINGS: &str = r#"
[host]
alias = "nowhere"
ssh_config = "DIR/ssh_config"
[compose]
project = "demo"
files = ["compose.yml"]
network = "demo"
"#;

/// A `hemma.toml` whose host is a port on which nothing listens.
fn nowhere() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a place for files");
    let path = dir.path().display().to_string();
    let ssh = "Host nowhere\n  HostName 127.0.0.1\n  Port 1\n";
    fs::write(dir.path().join("ssh_config"), ssh).expect("written");
    fs::write(dir.path().join("hemma.toml"), SETTINGS.replace("DIR", &path)).expect("written");
    dir
}

#[test]
fn a_watch_draws_in_its_own_place_at_any_size_and_leaves_its_last_picture() {
    let dir = nowhere();
    let config = dir.path().join("hemma.toml").display().to_string();
    let mut seat = Seat::at(24, 80, &["status", "--watch", "--config", &config], &[]);
    seat.sees("nowhere (demo) at ");
    seat.sees("by hand");
    seat.resizes(12, 50);
    seat.sees_what(|it| it.matches("nowhere (demo) at ").count() > 1);
    std::thread::sleep(Duration::from_millis(300));
    let lines = seat.lines();
    let heads = lines.iter().filter(|it| it.starts_with("nowhere (demo) at ")).count();
    assert_eq!(heads, 1, "one picture took the other's place: {lines:#?}");
    seat.types("\u{3}");
    let ended = seat.ends();
    assert_eq!(ended.code, Some(130), "{:#?}", ended.lines);
    assert!(ended.broken.is_empty(), "words are broken: {:#?}", ended.broken);
    let at = |words: &str| ended.lines.iter().position(|it| it.contains(words));
    let (picture, end) = (at("ssh nowhere  could not reach"), at("interrupted"));
    assert!(picture.is_some() && picture < end, "{:#?}", ended.lines);
}

#[test]
fn a_watch_in_a_pipe_says_what_changes_with_the_time() {
    let dir = nowhere();
    let mut watch = hemma(&["status", "--watch"]);
    watch.current_dir(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = watch.spawn().expect("it starts");
    std::thread::sleep(Duration::from_secs(8));
    kill_process(Pid::from_child(&run), Signal::INT).expect("it runs");
    let ran = run.wait_with_output().expect("it can be waited for");
    let stdout = String::from_utf8_lossy(&ran.stdout);
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!((ran.status.code(), lines.len()), (Some(130), 1), "{stdout}");
    let (time, found) = lines[0].split_at(lines[0].find("  ").expect("the time comes first"));
    assert_eq!(time.len(), "2026-11-30 10:45:14 +00:00".len(), "{time}");
    assert!(found.starts_with("  ?     ssh nowhere  could not reach nowhere"), "{found}");
}
