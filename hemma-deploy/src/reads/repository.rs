//! The files of a repository as far as a look has brought them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hemma_docker::compose::Spot;

use super::script::PATHS_MAX;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) file: String,
    pub(super) number: usize,
    pub(super) text: String,
}

impl Line {
    pub(super) fn spot(&self) -> Spot {
        Spot { file: self.file.clone(), line: self.number }
    }
}

/// The files of a repository.
#[derive(Debug, Default)]
pub(super) struct Repository {
    files: BTreeSet<String>,
    directories: BTreeSet<String>,
    /// Whether all paths are known, so that what is not among them does not exist.
    pub(super) is_whole: bool,
    /// The texts of small files by path.
    pub(super) texts: BTreeMap<String, String>,
    /// Lines of sources, by file and number.
    pub(super) lines: Vec<Line>,
    /// The directory of the tree on the host.
    pub(super) root: String,
    /// What the host's kernel has programs for: `qemu-aarch64`, and `status` where that is known.
    pub(super) emulates: BTreeSet<String>,
}

impl Repository {
    /// Reads the parts of the answer whose names begin with `//`. `None` where the tree was not
    /// read to its end.
    pub(super) fn read(parts: &[(&str, &str)]) -> Option<Self> {
        let mut seen = Self::default();
        let mut is_whole = false;
        for (name, text) in parts {
            let Some(name) = name.strip_prefix("//") else { continue };
            let (word, rest) = name.split_once(' ').unwrap_or((name, ""));
            match word {
                "root" => rest.clone_into(&mut seen.root),
                "emulates" => seen.emulates.extend([rest.to_owned()]),
                "paths" => text.lines().for_each(|it| seen.add(it)),
                "text" => {
                    seen.texts.insert(rest.to_owned(), (*text).to_owned());
                }
                "lines" => seen.lines = text.lines().filter_map(line).collect(),
                "end" => is_whole = true,
                _ => {}
            }
        }
        seen.is_whole = seen.files.len() <= PATHS_MAX;
        is_whole.then_some(seen)
    }

    fn add(&mut self, path: &str) {
        if path.is_empty() || !self.files.insert(path.to_owned()) {
            return;
        }
        let mut rest = path;
        while let Some((parent, _)) = rest.rsplit_once('/') {
            if !self.directories.insert(parent.to_owned()) {
                break;
            }
            rest = parent;
        }
    }

    pub(super) fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    pub(super) fn has_directory(&self, path: &str) -> bool {
        path.is_empty() || self.directories.contains(path)
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// The files and directories that a pattern with `*` and `?` matches, part by part.
    pub(super) fn matching(&self, pattern: &str) -> Vec<String> {
        let parts: Vec<&str> = pattern.split('/').collect();
        let matches = |it: &&String| {
            let own: Vec<&str> = it.split('/').collect();
            own.len() == parts.len() && own.iter().zip(&parts).all(|(own, it)| is_like(own, it))
        };
        self.files.iter().chain(&self.directories).filter(matches).cloned().collect()
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// A file whose path ends with these parts.
    pub(super) fn ending(&self, path: &str) -> Option<&str> {
        let end = format!("/{path}");
        self.files().find(|it| *it == path || it.ends_with(&end))
    }

    /// The line of a compose file that has `word`, within the block of a service where it is there.
    pub(super) fn compose_spot(&self, service: &str, word: &str) -> Option<Spot> {
        let of_compose = |it: &&String| {
            let name = it.rsplit('/').next().unwrap_or_default();
            name.contains("compose") && (ends(name, "yml") || ends(name, "yaml"))
        };
        let files: Vec<_> = self.texts.keys().filter(of_compose).collect();
        let spot = |(file, line): (&String, usize)| Spot { file: file.clone(), line };
        let within = files.iter().find_map(|it| {
            let at = in_service(self.text(it)?, service, word)?;
            Some((*it, at))
        });
        let anywhere = || {
            files.iter().find_map(|it| {
                let at = self.text(it)?.lines().position(|line| holds(line, word))?;
                Some((*it, at + 1))
            })
        };
        within.or_else(anywhere).map(spot)
    }
}

fn line(text: &str) -> Option<Line> {
    let (file, rest) = text.split_once(':')?;
    let (number, text) = rest.split_once(':')?;
    Some(Line { file: file.to_owned(), number: number.parse().ok()?, text: text.to_owned() })
}

/// The line of `word` between the key of a service and the next key of the same depth.
fn in_service(text: &str, service: &str, word: &str) -> Option<usize> {
    let key = format!("{service}:");
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut own = None;
    for (at, line) in text.lines().enumerate() {
        let content = line.trim();
        match own {
            _ if content.is_empty() || content.starts_with('#') => {}
            None if content.split(" #").next().unwrap_or_default().trim() == key
                && depth(line) > 0 =>
            {
                own = Some(depth(line));
            }
            Some(key) if depth(line) <= key => own = None,
            Some(_) if holds(line, word) => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Whether a line has `word`, and not as a part of a longer one.
fn holds(line: &str, word: &str) -> bool {
    let part = |it: char| it.is_alphanumeric() || it == '_';
    !line.trim_start().starts_with('#')
        && line.match_indices(word).any(|(at, _)| {
            let (before, after) =
                (line[..at].chars().next_back(), line[at + word.len()..].chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        })
}

/// Whether a file has an extension.
pub(super) fn ends(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|it| it == extension)
}

/// Whether a name matches a pattern with `*` and `?`.
pub(super) fn is_like(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    let (mut at, mut own) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while own < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, own));
                at += 1;
            }
            Some(it) if *it == '?' || *it == name[own] => (at, own) = (at + 1, own + 1),
            _ => match star {
                Some((from, took)) => {
                    star = Some((from, took + 1));
                    (at, own) = (from + 1, took + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|it| *it == '*')
}

/// An absolute or relative path without `.`, `..` and empty parts, and without a slash in front.
pub(super) fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `rest` below a directory.
pub(super) fn join(directory: &str, rest: &str) -> String {
    if rest.starts_with('/') { plain(rest) } else { plain(&format!("{directory}/{rest}")) }
}

/// The part of `path` below a directory, empty for the directory itself.
pub(super) fn below<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    if directory.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(directory)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_compared_with_a_pattern() {
        for (name, pattern, expected) in [
            ("package.json", "package*.json", true),
            ("package-lock.json", "package*.json", true),
            ("a.py", "*.py", true),
            ("a.pyc", "*.py", false),
            ("ab", "a?", true),
            ("", "*", true),
            ("abcbc", "a*bc", true),
        ] {
            assert_eq!(is_like(name, pattern), expected, "{name} {pattern}");
        }
        let long = "a".repeat(10_000);
        assert!(!is_like(&long, &("*a".repeat(50) + "b")));
    }

    #[test]
    fn a_line_is_found_in_the_block_of_its_service() {
        let text = "services:\n  api:\n    environment:\n      ENVIRONMENT: x\n  web: # the site\n\n    \
                    environment:\n      OTHER_ENVIRONMENT: y\n      # ENVIRONMENT\n      ENVIRONMENT: z\nvolumes:\n  ENVIRONMENT:\n";
        assert_eq!(in_service(text, "api", "ENVIRONMENT"), Some(4));
        assert_eq!(in_service(text, "web", "ENVIRONMENT"), Some(10));
        assert_eq!(in_service(text, "db", "ENVIRONMENT"), None);
    }

    #[test]
    fn paths_are_joined_and_compared() {
        assert_eq!(join("/app", "./a//b/../c"), "app/a/c");
        assert_eq!(join("app", "/srv/x"), "srv/x");
        assert_eq!((below("app/a", "app"), below("app", "app")), (Some("a"), Some("")));
        assert_eq!((below("apple", "app"), below("a", "")), (None, Some("a")));
    }
}
