//! A command line as a value: built in one place, compared as text, shown in a plan.
//!
//! Nothing runs by building one. Quoting for a shell happens here and nowhere else.

use std::fmt;
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// A program with its arguments and the way to run it.
///
/// ```
/// use hemma_core::Command;
///
/// let line = Command::new("docker").args(["network", "create", "shop network"]).sudo();
/// assert_eq!(line.to_string(), "sudo -n docker network create 'shop network'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Command {
    program: String,
    args: Vec<String>,
    name: Option<&'static str>,
    cwd: Option<String>,
    stdin: Option<Stdin>,
    sudo: bool,
    limit: Option<Duration>,
}

/// The standard input of a command. It is never part of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stdin {
    /// A text that may be shown.
    Text(String),
    /// A text that must not be shown.
    Secret(crate::Secret),
}

impl std::hash::Hash for Stdin {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bytes().hash(state);
    }
}

impl Stdin {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Secret(secret) => secret.reveal().as_bytes(),
        }
    }
}

/// How long a command may take unless [`Command::limit`] says otherwise.
pub const USUAL_LIMIT: Duration = Duration::from_secs(60);

impl Command {
    /// A program without arguments.
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            name: None,
            cwd: None,
            stdin: None,
            sudo: false,
            limit: None,
        }
    }

    /// A POSIX shell script with positional parameters: `sh -c SCRIPT sh ARGS…`.
    ///
    /// The script is a constant of the program. Values go into `args` and are read as `"$1"`, so a
    /// value can never become code.
    pub fn script<I: IntoIterator<Item = S>, S: Into<String>>(script: &str, args: I) -> Self {
        Self::new("sh").args(["-c", script, "sh"]).args(args)
    }

    /// Names a script. The name replaces the text of the script wherever the command is shown or
    /// recorded.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: Into<String>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Runs it in a directory. A leading `~/` is the home directory of the user that it runs as.
    #[must_use]
    pub fn cwd(mut self, dir: impl Into<String>) -> Self {
        self.cwd = Some(dir.into());
        self
    }

    /// Feeds it a text on standard input.
    #[must_use]
    pub fn stdin(mut self, text: impl Into<String>) -> Self {
        self.stdin = Some(Stdin::Text(text.into()));
        self
    }

    /// Feeds it a secret on standard input, the only way a secret reaches a command.
    #[must_use]
    pub fn stdin_secret(mut self, secret: crate::Secret) -> Self {
        self.stdin = Some(Stdin::Secret(secret));
        self
    }

    /// Runs it as root through `sudo -n`, which fails at once where it would ask for a password.
    #[must_use]
    pub fn sudo(mut self) -> Self {
        self.sudo = true;
        self
    }

    /// Sets a time limit instead of [`USUAL_LIMIT`].
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The program's name.
    pub fn program(&self) -> &str {
        &self.program
    }

    pub(crate) fn arguments(&self) -> &[String] {
        &self.args
    }

    pub(crate) fn directory(&self) -> Option<&str> {
        self.cwd.as_deref()
    }

    pub(crate) fn input(&self) -> Option<&Stdin> {
        self.stdin.as_ref()
    }

    pub(crate) fn is_sudo(&self) -> bool {
        self.sudo
    }

    pub(crate) fn time_limit(&self) -> Duration {
        self.limit.unwrap_or(USUAL_LIMIT)
    }

    /// Whether a word or the directory has a NUL byte. It ends a C string, so neither a shell nor
    /// `execve` takes one.
    pub(crate) fn has_nul(&self) -> bool {
        let cwd = self.cwd.iter();
        std::iter::once(&self.program).chain(&self.args).chain(cwd).any(|it| it.contains('\0'))
    }

    /// The name and the parameters of a script that has a name.
    fn as_script(&self) -> Option<(&'static str, &str, &[String])> {
        match (self.name?, &self.args[..]) {
            (name, [dash_c, text, _sh, parameters @ ..]) if dash_c == "-c" => {
                Some((name, text, parameters))
            }
            _ => None,
        }
    }

    /// The words without `cd` and `sudo`, quoted for a POSIX shell.
    pub(crate) fn words(&self) -> String {
        let mut line = quote(&self.program);
        for arg in &self.args {
            line.push(' ');
            line.push_str(&quote(arg));
        }
        line
    }
}

/// A named script is written as its name, a digest of its text, and its parameters: a recording
/// stays readable, and a recording of another text does not match.
impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Command", 5)?;
        let args = if let Some((name, text, parameters)) = self.as_script() {
            fields.serialize_field("script", name)?;
            fields.serialize_field("digest", &format!("{:016x}", digest(text)))?;
            parameters
        } else {
            fields.serialize_field("program", &self.program)?;
            &self.args[..]
        };
        if !args.is_empty() {
            fields.serialize_field("args", args)?;
        }
        if let Some(dir) = &self.cwd {
            fields.serialize_field("cwd", dir)?;
        }
        if let Some(stdin) = &self.stdin {
            fields.serialize_field("stdin", stdin)?;
        }
        if self.sudo {
            fields.serialize_field("sudo", &true)?;
        }
        fields.end()
    }
}

/// FNV-1a: the standard library's hashers do not guarantee a stable result.
fn digest(text: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// The line as one would type it on the machine where it runs. A named script is shown as its name
/// and its parameters.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(dir) = &self.cwd {
            write!(f, "cd {} && ", quote_path(dir))?;
        }
        if self.sudo {
            f.write_str("sudo -n ")?;
        }
        let Some((name, _, parameters)) = self.as_script() else {
            return f.write_str(&self.words());
        };
        f.write_str(name)?;
        parameters.iter().try_for_each(|it| write!(f, " {}", quote(it)))
    }
}

/// Quotes one word for a POSIX shell, in single quotes if it needs any.
pub fn quote(word: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=@%+,".contains(it);
    // A leading `~` expands and a leading `=` is special in zsh, but only there.
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('=') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Quotes a path for a POSIX shell; a leading `~/` keeps its meaning.
pub fn quote_path(path: &str) -> String {
    match path.strip_prefix("~/") {
        Some("") => "~/".to_owned(),
        Some(rest) => format!("~/{}", quote(rest)),
        None if path == "~" => "~".to_owned(),
        None if path.starts_with('-') => quote(&format!("./{path}")),
        None => quote(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_one_would_type_it() {
        let rows = [
            (Command::new("true"), "true"),
            (
                Command::new("git").args(["log", "-1"]).cwd("~/apps/huleedu"),
                "cd ~/apps/huleedu && git log -1",
            ),
            (Command::new("ls").cwd("~/my apps"), "cd ~/'my apps' && ls"),
            (Command::new("ls").cwd("-x"), "cd ./-x && ls"),
            (Command::new("echo").arg("it's"), r"echo 'it'\''s'"),
            (Command::new("echo").arg("$(id)\n"), "echo '$(id)\n'"),
            (Command::new("echo").arg(""), "echo ''"),
            (Command::new("docker").arg("ps").sudo(), "sudo -n docker ps"),
        ];
        for (line, typed) in rows {
            assert_eq!(line.to_string(), typed);
        }
    }

    #[test]
    fn a_named_script_is_shown_by_its_name_and_told_from_another_text() {
        let script = |text| Command::script(text, ["~/apps", ""]).named("look");
        assert_eq!(script("echo $1").to_string(), "look '~/apps' ''");
        let written = |text| serde_json::to_string(&script(text)).expect("serializes");
        assert!(!written("echo $1").contains("echo"), "{}", written("echo $1"));
        assert_ne!(written("echo $1"), written("echo $2"));
    }

    #[test]
    fn what_is_read_on_stdin_is_not_on_the_line() {
        let line = Command::new("psql").stdin_secret(crate::Secret::new("hunter2"));
        assert_eq!(line.to_string(), "psql");
        assert!(!serde_json::to_string(&line).expect("serializes").contains("hunter2"));
    }
}
