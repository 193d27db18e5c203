//! Names that stand for something of hemma's own, of PostgreSQL and of `.env`.

use super::{Reason, name, not_empty, printable};

name!(
    /// A role or a database of PostgreSQL. Any printable name that PostgreSQL keeps whole is one; it
    /// is quoted wherever it is used.
    PgName, "a name in PostgreSQL", pg_name, "^[^\\u0000-\\u001f\\u007f-\\u009f]+$"
);
name!(
    /// The name of a variable in `.env`. Never a value.
    EnvKey, "a key of .env", env_key, "^[A-Za-z_][A-Za-z0-9_]*$", refuse hidden
);
name!(
    /// A forward, e.g. `language-tool`. It becomes part of file names.
    ForwardName, "the name of a forward", forward_name, "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
);
name!(
    /// A stage of a deploy, e.g. `infra`.
    StageName, "the name of a stage", stage_name, "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
);
name!(
    /// A destination of an application, e.g. `staging`.
    DestinationName, "the name of a destination", safe_word, "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
);

name!(
    /// A pattern for values of `.env` that are not meant for production: `*` stands for any text, and
    /// case does not matter.
    Placeholder, "a placeholder", placeholder, "[^*\\s]"
);

/// PostgreSQL truncates a longer name without an error, and the result is another name.
fn pg_name(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    if text.len() > 63 {
        return Err("PostgreSQL keeps only 63 bytes of a name".into());
    }
    printable(text)
}

/// The rule of shells for variable names; Compose takes more, and nothing else does.
fn env_key(text: &str) -> Result<(), Reason> {
    let first = text.chars().next().ok_or("it is empty")?;
    if text.contains('=') {
        return Err("it holds a `=`; only the name of the key belongs here, never its value".into());
    }
    if first == '$' {
        return Err("write the name of the key alone, without `$`".into());
    }
    if !first.is_ascii_alphabetic() && first != '_' {
        return Err("it must begin with a letter or _".into());
    }
    let taken = |it: char| it.is_ascii_alphanumeric() || it == '_';
    if !text.chars().all(taken) {
        return Err("only the letters a to z, digits and _ are allowed".into());
    }
    if text.len() > 255 {
        return Err("it is longer than 255 characters".into());
    }
    Ok(())
}

/// The rule of a name that every file system takes.
fn safe_word(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    let taken = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    if text.chars().any(char::is_whitespace) {
        return Err("it must be one word, without spaces".into());
    }
    if !text.starts_with(|it: char| it.is_ascii_alphanumeric()) {
        return Err("it must begin with a letter or a digit, a to z or 0 to 9".into());
    }
    if !text.chars().all(taken) {
        return Err("only the letters a to z, digits and - _ . are allowed".into());
    }
    if text.len() > 64 {
        return Err("it is longer than 64 characters".into());
    }
    Ok(())
}

fn forward_name(text: &str) -> Result<(), Reason> {
    safe_word(text)
}

fn stage_name(text: &str) -> Result<(), Reason> {
    safe_word(text)?;
    if text == StageName::REST {
        return Err("that is the last stage, of every service that no other stage names".into());
    }
    Ok(())
}

fn placeholder(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    if text.chars().all(|it| it == '*') {
        return Err("it would match every value; write some text around the `*`".into());
    }
    printable(text)
}

impl StageName {
    /// The name of the last stage: every service that no other stage names. No other stage can have
    /// it.
    pub const REST: &str = "rest";
}

impl DestinationName {
    /// The destination whose name has to be typed before it is changed.
    pub const PRODUCTION: &str = "production";

    /// Whether it is [`PRODUCTION`](Self::PRODUCTION).
    pub fn is_production(&self) -> bool {
        self.as_str() == Self::PRODUCTION
    }
}

impl Placeholder {
    /// Whether a value matches. Each piece between two `*` is matched at its first position, which
    /// leaves the most for the later ones.
    pub fn matches(&self, value: &str) -> bool {
        let (pattern, value) = (self.to_lowercase(), value.to_lowercase());
        let Some((begin, rest)) = pattern.split_once('*') else { return pattern == value };
        let Some(mut left) = value.strip_prefix(begin) else { return false };
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        for piece in middle.split('*') {
            let Some(at) = left.find(piece) else { return false };
            left = &left[at + piece.len()..];
        }
        left.ends_with(end)
    }
}
