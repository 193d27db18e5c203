//! Where a value comes from.

use std::fmt;

use hemma_docker::compose::outline::Line;

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command line.
    Flag(&'static str),
    /// The operator's answer to a question.
    Answer,
    /// The host, in words.
    Host(String),
    /// A line of a file.
    File(Line),
    /// The repository, in words.
    Repository(&'static str),
    /// The operator's ssh configuration.
    Ssh,
    /// A guess, with its reason.
    Guess(String),
}

impl Source {
    /// The source of a value with a line, or a guess where the line is not known.
    pub fn line(line: Option<&Line>) -> Self {
        line.cloned().map_or(Self::Repository("the compose files"), Self::File)
    }

    /// Whether the value is a guess.
    pub fn is_guess(&self) -> bool {
        matches!(self, Self::Guess(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Answer => f.write_str("your answer"),
            Self::Host(words) => write!(f, "on the host: {words}"),
            Self::File(line) => line.fmt(f),
            Self::Repository(words) => f.write_str(words),
            Self::Ssh => f.write_str("the host's name in the ssh configuration"),
            Self::Guess(why) => write!(f, "guess: {why}"),
        }
    }
}
