//! The directory on the host with hemma's state of a project: `~/.local/state/hemma/PROJECT`.
//!
//! It has the lock, the journal, the releases and the notes of the images' commits. A script that
//! begins with one of these has the directory's path as `$s`, from the project's name as its first
//! parameter.

/// The directory alone, for scripts whose files others may read.
pub(crate) const STATE_DIRECTORY: &str = r"
s=${XDG_STATE_HOME:-$HOME/.local/state}/hemma/$1
";

/// The directory, for scripts whose files only the owner may read.
pub(crate) const STATE: &str = r"
s=${XDG_STATE_HOME:-$HOME/.local/state}/hemma/$1
umask 077
";
