//! The names that a file imports, and the paths in its code.

/// A name of a `use`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Used {
    pub path: Vec<String>,
    /// The name in this file.
    pub name: String,
    /// Whether it is passed on with `pub`, in any form.
    pub is_public: bool,
}

/// What the `use` items of a code import, and the code without them.
pub(crate) fn imports(code: &str) -> (Vec<Used>, String) {
    let (mut used, mut rest, mut at) = (Vec::new(), String::new(), 0);
    while let Some(begin) = code[at..].find("use ").map(|it| at + it) {
        let before = &code[at..begin];
        rest.push_str(before);
        let is_item = before.is_empty() || before.ends_with(char::is_whitespace);
        let end = code[begin..].find(';').map(|it| begin + it).filter(|_| is_item);
        let Some(end) = end else {
            rest.push_str("use ");
            at = begin + 4;
            continue;
        };
        let line = before.rsplit([';', '}', '\n']).next().unwrap_or_default();
        let is_public = line.trim_start().starts_with("pub");
        tree(&code[begin + 4..end], &[], is_public, &mut used);
        at = end;
    }
    rest.push_str(&code[at..]);
    (used, rest)
}

/// The names in a tree of a `use`: `a::{b, c as d}`.
fn tree(text: &str, before: &[String], is_public: bool, used: &mut Vec<Used>) {
    for part in parts(text) {
        if let Some((head, inside)) = part.split_once('{') {
            let before = [before, &names(head)].concat();
            tree(inside.trim_end().trim_end_matches('}'), &before, is_public, used);
            continue;
        }
        let (path, alias) = part.split_once(" as ").map_or((part, None), |it| (it.0, Some(it.1)));
        let mut path = [before, &names(path)].concat();
        if path.len() > 1 && path.last().is_some_and(|it| it == "self") {
            path.pop();
        }
        let name = alias.map(|it| it.trim().to_owned()).or_else(|| path.last().cloned());
        used.extend(name.map(|name| Used { path, name, is_public }));
    }
}

/// The parts of a list between commas, without those of a list inside.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let parts = text.split(move |it| {
        match it {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => (),
        }
        it == ',' && depth == 0
    });
    parts.map(str::trim).filter(|it| !it.is_empty())
}

fn names(path: &str) -> Vec<String> {
    let names = path.split("::").map(str::trim).filter(|it| !it.is_empty());
    names.map(str::to_owned).collect()
}

/// Every path of two names and more in a code: `super::Item`, `module::function`.
pub(crate) fn paths(code: &str) -> Vec<Vec<String>> {
    let is_part = |it: char| it.is_alphanumeric() || it == '_' || it == ':';
    let words = code.split(|it| !is_part(it)).filter(|it| it.contains("::"));
    let paths = words.filter(|it| !it.starts_with(':')).map(names);
    paths.filter(|it| it.len() > 1).collect()
}
