//! The tree that a script works in on a host: a directory as it is, or another state of it.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::names::CheckoutPath;
use crate::script::SCRATCH;
use crate::text::plain;
use crate::{Command, Secret};

/// The tree is the directory itself.
const IN_PLACE: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
export LC_ALL=C
t=$d
cd "$t" || exit 70
shift
"#;

/// The name of a directory in its current state.
const ITSELF: &str = "checkout";

/// The maximum length of a host's message in an error.
const SAID_CHARS_MAX: usize = 300;

/// A directory that scripts work in, in its current state or in another one.
///
/// A script that runs in it gets the directory as `$d`, the tree to work in as `$t` and as its
/// current directory, a directory for files of its own as `$w`, and the words that were added to
/// the command in `$@`. It ends with 70 or 71 if the tree could not be made.
///
/// It is serialized and compared by its name alone: a recording says which state was used, and not
/// by which script it was made.
#[derive(Clone)]
pub struct Workdir {
    name: Value,
    prelude: String,
    parameters: Vec<String>,
    input: Option<Secret>,
    cause: fn(&str) -> String,
}

impl Workdir {
    /// The directory in its current state.
    pub fn in_place() -> Self {
        let prelude = format!("{SCRATCH}{IN_PLACE}");
        let cause = |stderr: &str| plain(stderr.lines().last().unwrap_or_default(), SAID_CHARS_MAX);
        Self::new(&ITSELF, prelude, cause)
    }

    /// A state that the script `prelude` makes. Its parameters are the directory and then those of
    /// [`parameters`](Self::parameters). It shifts them away and sets `$d`, `$t` and `$w`. `cause`
    /// reads from its standard error why it failed.
    pub fn new(name: &impl Serialize, prelude: String, cause: fn(&str) -> String) -> Self {
        let name = serde_json::to_value(name).unwrap_or_default();
        Self { name, prelude, parameters: Vec::new(), input: None, cause }
    }

    /// Adds parameters for the prelude.
    #[must_use]
    pub fn parameters(self, parameters: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { parameters: parameters.into_iter().map(Into::into).collect(), ..self }
    }

    /// Passes a secret to the prelude on standard input.
    #[must_use]
    pub fn input(self, input: Option<Secret>) -> Self {
        Self { input, ..self }
    }

    /// Whether this is the directory in its current state.
    pub fn is_in_place(&self) -> bool {
        self.name == ITSELF
    }

    /// The command that runs a script in it.
    pub fn command(&self, script: &str, directory: &CheckoutPath) -> Command {
        let parameters = std::iter::once(directory.to_string()).chain(self.parameters.clone());
        let command = Command::script(&format!("{}{script}", self.prelude), parameters);
        match &self.input {
            Some(input) => command.stdin_secret(input.clone()),
            None => command,
        }
    }

    /// The reason why it could not be made, read from standard error.
    pub fn cause(&self, stderr: &str) -> String {
        (self.cause)(stderr)
    }
}

impl Default for Workdir {
    fn default() -> Self {
        Self::in_place()
    }
}

impl PartialEq for Workdir {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Workdir {}

impl fmt::Debug for Workdir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Workdir").field(&self.name).finish()
    }
}

impl Serialize for Workdir {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.name.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_finds_the_directory_and_its_own_words() {
        let home = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(home.path().join("app")).expect("it is made");
        let script = r#"[ "$t" = "$PWD" ] && [ -d "$w" ] && echo "${d##*/} $*""#;
        let directory = "~/app".parse().expect("a path");
        let command = Workdir::in_place().command(script, &directory).args(["a b", "c"]);
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran = std::process::Command::new("sh")
            .args(["-c", &command.to_string()])
            .env("HOME", home.path())
            .output();
        let ran = ran.expect("there is a shell");
        assert_eq!(String::from_utf8_lossy(&ran.stdout), "app a b c\n", "{ran:?}");
    }

    #[test]
    fn it_is_known_by_its_name_alone() {
        let cause = |stderr: &str| stderr.to_owned();
        let name = std::collections::BTreeMap::from([("commit", "c0ffee")]);
        let it = Workdir::new(&name, "exit 71".to_owned(), cause).input(Some(Secret::new("x")));
        let written = serde_json::to_string(&it).expect("plain");
        assert_eq!(written, r#"{"commit":"c0ffee"}"#);
        assert_eq!(format!("{it:?}").matches("exit").count(), 0);
        assert!(!it.is_in_place() && Workdir::default().is_in_place());
        assert_eq!(serde_json::to_string(&Workdir::default()).expect("plain"), r#""checkout""#);
    }
}
