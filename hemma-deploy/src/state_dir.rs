//! Where hemma keeps what it knows of a project on the host: `~/.local/state/hemma/PROJECT`.
//!
//! The lock, the journal, the releases and the notes of which commit an image is made from lie in it.
//! A script that begins with one of these has its path as `$s`, from the project's name as its first
//! parameter.

/// The directory alone, for scripts that also write what others read.
pub(crate) const STATE_DIRECTORY: &str = r"
s=${XDG_STATE_HOME:-$HOME/.local/state}/hemma/$1
";

/// The directory, for scripts that write what is for its owner alone.
pub(crate) const STATE: &str = r"
s=${XDG_STATE_HOME:-$HOME/.local/state}/hemma/$1
umask 077
";
