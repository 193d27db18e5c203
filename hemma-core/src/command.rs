//! A command line as a value: built in one place, compared as text, shown in a plan.
//!
//! Nothing runs by building one. Quoting for a shell happens here and nowhere else.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A program with its arguments, and how it is to be run.
///
/// ```
/// use hemma_core::Command;
///
/// let line = Command::new("docker").args(["network", "create", "hule network"]).sudo();
/// assert_eq!(line.to_string(), "sudo -n docker network create 'hule network'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    program: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    args: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cwd: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stdin: Option<Stdin>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sudo: bool,
    #[serde(default, skip)]
    limit: Option<Duration>,
}

/// What a command reads on its standard input. Never part of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stdin {
    /// A text that may be shown.
    Text(String),
    /// A text that may not.
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
            cwd: None,
            stdin: None,
            sudo: false,
            limit: None,
        }
    }

    /// A POSIX shell script with positional parameters: `sh -c SCRIPT sh ARGS…`.
    ///
    /// The script is a constant of the program; whatever varies goes into `args` and is read as
    /// `"$1"`, so a value can never become code.
    pub fn script<I: IntoIterator<Item = S>, S: Into<String>>(script: &str, args: I) -> Self {
        Self::new("sh").args(["-c", script, "sh"]).args(args)
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

    /// Runs it in a directory. A leading `~/` is the home of whoever runs it, where it runs.
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

    /// Ends it after this long instead of [`USUAL_LIMIT`].
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

    /// A NUL byte ends a C string, so neither a shell nor `execve` can be given one.
    pub(crate) fn has_nul(&self) -> bool {
        let cwd = self.cwd.iter();
        std::iter::once(&self.program).chain(&self.args).chain(cwd).any(|it| it.contains('\0'))
    }

    /// The words alone, quoted for a POSIX shell, without `cd` and `sudo`.
    pub(crate) fn words(&self) -> String {
        let mut line = quote(&self.program);
        for arg in &self.args {
            line.push(' ');
            line.push_str(&quote(arg));
        }
        line
    }
}

/// The line as one would type it on the machine where it runs.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(dir) = &self.cwd {
            write!(f, "cd {} && ", quote_path(dir))?;
        }
        if self.sudo {
            f.write_str("sudo -n ")?;
        }
        f.write_str(&self.words())
    }
}

/// One word for a POSIX shell: plain where it can be, in single quotes where it must be.
pub(crate) fn quote(word: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=@%+,".contains(it);
    // A leading `~` expands and a leading `=` is special in zsh, but only there.
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('=') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A path for a POSIX shell, in which a leading `~/` keeps its meaning.
pub(crate) fn quote_path(path: &str) -> String {
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
    fn what_is_read_on_stdin_is_not_on_the_line() {
        let line = Command::new("psql").stdin_secret(crate::Secret::new("hunter2"));
        assert_eq!(line.to_string(), "psql");
        assert!(!serde_json::to_string(&line).expect("serializes").contains("hunter2"));
    }
}
