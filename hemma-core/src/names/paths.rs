//! Directories on the host and files on this machine.

use super::{Reason, name, no_blank_ends, not_empty, printable};

name!(
    /// Where the repository is checked out on the host: absolute, or below `~/`. Doubled and last
    /// slashes and `.` are left out.
    CheckoutPath, "a checkout directory", checkout, "^(/|~/)", keep plain
);
name!(
    /// A directory on the host: absolute, or below `~/`.
    HostDirectory, "a directory on the host", own_directory, "^(/|~/)", default "~/backups"
);
/// The longest path that Linux takes.
pub(super) const PATH_BYTES_MAX: usize = 4095;

/// Directories that belong to the system, with all below them.
const SYSTEM: [&str; 18] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/lost+found",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/postgresql",
    "/var/run",
];

/// Directories that hold those of many programs.
const SHARED: [&str; 16] = [
    "/home",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr/local",
    "/var",
    "/var/backups",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/opt",
    "/var/spool",
    "/var/tmp",
];

/// Directories of the login user that belong to ssh, to Docker and to hemma itself.
const OWN: [&str; 4] = ["~/.ssh", "~/.gnupg", "~/.docker", "~/.local/state/hemma"];

fn is_or_is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

fn own_directory(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    printable(text)?;
    no_blank_ends(text)?;
    if text.contains("://") {
        return Err("it is a URL, and a directory on the host is needed".into());
    }
    if plain(text) == "~" {
        return Err("it must be a directory of its own below the home directory".into());
    }
    let below = text.strip_prefix("~/").or_else(|| text.strip_prefix('/'));
    let Some(below) = below else {
        return Err(if text.starts_with('~') {
            "only the login user's own `~/` can be used, not another user's".into()
        } else {
            "it must be absolute or begin with ~/".into()
        });
    };
    if below.split('/').any(|it| it == "..") {
        return Err("it must not contain `..`".into());
    }
    if plain(text) == "/" {
        return Err("it must be a directory of its own".into());
    }
    if text.len() > PATH_BYTES_MAX || below.split('/').any(|it| it.len() > 255) {
        return Err("it is longer than a path can be".into());
    }
    Ok(())
}

/// Refuses directories that the host needs for other purposes: a deploy writes there, and `prune`
/// and `rollback` remove.
fn checkout(text: &str) -> Result<(), Reason> {
    own_directory(text)?;
    let path = plain(text);
    if is_or_is_below(&path, "/usr/local") && path != "/usr/local" {
        return Ok(());
    }
    if let Some(it) = SYSTEM.iter().find(|it| is_or_is_below(&path, it)) {
        return Err(format!("{it} belongs to the system").into());
    }
    if let Some(it) = OWN.iter().find(|it| is_or_is_below(&path, it)) {
        return Err(format!("{it} holds other things than a repository").into());
    }
    let is_home = path.strip_prefix("/home/").is_some_and(|it| !it.contains('/'));
    if is_home || SHARED.contains(&path.as_str()) {
        return Err("it must be a directory of its own, below that one".into());
    }
    Ok(())
}

/// Removes `.`, and doubled and trailing slashes.
fn plain(path: &str) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty() && *it != ".").collect();
    format!("{root}{}", segments.join("/"))
}
