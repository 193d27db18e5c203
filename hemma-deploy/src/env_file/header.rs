//! The comment at the top of a compose file, which names databases and keys of `.env`.
//!
//! ```text
//! # === Create databases in shared-postgres ===
//! # CREATE DATABASE shop_content;
//! # === Required .env variables ===
//! # JWT_SECRET_KEY=<secure-secret>
//! # OPENAI_API_KEY=<key> (if used)
//! ```

use std::collections::HashSet;
use std::hash::Hash;

use hemma_core::names::{EnvKey, PgName};
use serde::{Deserialize, Serialize};

/// The requirements in one header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Databases that must exist.
    pub databases: Vec<PgName>,
    /// Keys that must have a value in `.env`.
    pub required: Vec<EnvKey>,
    /// Keys that the header calls optional.
    pub optional: Vec<EnvKey>,
}

impl Header {
    /// Reads the leading comment lines of a compose file. The lines after them are ignored.
    pub fn read(compose_file: &str) -> Self {
        let mut header = Self::default();
        let mut about_env = false;
        for line in compose_file.lines() {
            let line = line.trim();
            let Some(line) = line.strip_prefix('#') else {
                if line.is_empty() {
                    continue;
                }
                break;
            };
            let line = line.trim();
            if let Some(title) = title(line) {
                let title = title.to_ascii_lowercase();
                about_env = title.find("required").is_some_and(|at| title[at..].contains("env"));
            } else if let Some(name) = created_database(line) {
                header.databases.push(name);
            } else if let Some((key, example)) = assignment(line).filter(|_| about_env) {
                let example = example.to_ascii_lowercase();
                let needed = !["(if used)", "(optional)", "<if-", "<optional"]
                    .iter()
                    .any(|it| example.contains(it));
                if needed { &mut header.required } else { &mut header.optional }.push(key);
            }
        }
        header.each_once()
    }

    /// The requirements of several files together.
    pub fn of_all<'t>(compose_files: impl IntoIterator<Item = &'t str>) -> Self {
        let mut all = Self::default();
        for it in compose_files.into_iter().map(Self::read) {
            all.databases.extend(it.databases);
            all.required.extend(it.required);
            all.optional.extend(it.optional);
        }
        let mut all = all.each_once();
        let required: HashSet<&EnvKey> = all.required.iter().collect();
        all.optional.retain(|it| !required.contains(it));
        all
    }

    fn each_once(mut self) -> Self {
        each_once(&mut self.databases);
        each_once(&mut self.required);
        each_once(&mut self.optional);
        self
    }
}

fn each_once<T: Clone + Eq + Hash>(items: &mut Vec<T>) {
    let mut seen = HashSet::new();
    items.retain(|it| seen.insert(it.clone()));
}

/// A title: `=== Title ===`
fn title(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('=')?.strip_suffix('=')?;
    let title = inner.trim_matches('=').trim();
    (!title.is_empty()).then_some(title)
}

/// `CREATE DATABASE name;` in upper or lower case. PostgreSQL makes a name without quotes lower
/// case.
fn created_database(line: &str) -> Option<PgName> {
    let mut words = line.trim_end_matches(';').split_whitespace();
    let (create, database, name) = (words.next()?, words.next()?, words.next()?);
    let is_statement = create.eq_ignore_ascii_case("create")
        && database.eq_ignore_ascii_case("database")
        && words.next().is_none();
    if !is_statement {
        return None;
    }
    let quoted = name.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let name = quoted.map_or_else(|| name.to_ascii_lowercase(), str::to_owned);
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
    name.chars().all(plain).then(|| name.parse().ok())?
}

/// `KEY=example`, with a key in capitals: prose is not read as an assignment.
fn assignment(line: &str) -> Option<(EnvKey, &str)> {
    let (key, example) = line.split_once('=')?;
    let capital = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    (key.chars().all(capital)).then(|| key.parse().ok())?.map(|key| (key, example))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[impl ToString]) -> Vec<String> {
        of.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_example_may_say_that_a_key_is_not_needed() {
        let text = "# === Required .env variables ===\n# A=<secret>\n# B=<if-using-anthropic>\n\
                    # C=<key> (if used)\n# D=<Optional: a key>\n";
        let header = Header::read(text);
        assert_eq!(names(&header.required), ["A"]);
        assert_eq!(names(&header.optional), ["B", "C", "D"]);
    }

    #[test]
    fn only_what_is_meant_is_taken() {
        let rows = [
            ("", ("", "")),
            ("services: {}\n# CREATE DATABASE late;\n", ("", "")),
            (
                "# CREATE DATABASE a;\n\n#create  database \"B\" ;\n# CREATE DATABASE a;\n",
                ("a B", ""),
            ),
            (
                "# CREATE DATABASE Mixed\n# CREATE DATABASE a; b;\n# CREATE TABLE t;\n",
                ("mixed", ""),
            ),
            ("# CREATE DATABASE a\"; DROP\n# CREATE DATABASE x';\n", ("", "")),
            (
                "# KEY=1\n# === Required .env variables ===\n# KEY_2=<x>\n# not=this\n# == x ==\n# NO=1\n",
                ("", "KEY_2"),
            ),
            ("# === === \n# ===\n# =\n", ("", "")),
            ("\u{feff}# CREATE DATABASE a;\n", ("", "")),
        ];
        for (text, (databases, required)) in rows {
            let header = Header::read(text);
            assert_eq!(names(&header.databases).join(" "), databases, "{text:?}");
            assert_eq!(names(&header.required).join(" "), required, "{text:?}");
        }
    }
}
