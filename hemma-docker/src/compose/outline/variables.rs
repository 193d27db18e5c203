//! Variables in compose files: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?message}`.

/// The longest text in which variables are looked for.
const BYTES_MAX: usize = 4096;

/// A use of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use<'t> {
    pub(super) name: &'t str,
    /// The sign behind the name (`:-`, `?`, …) with its text; none for the plain variable.
    pub(super) rest: &'t str,
}

impl<'t> Use<'t> {
    /// Whether Compose refuses its files without a value.
    pub(super) fn is_required(&self) -> bool {
        self.rest.starts_with('?') || self.rest.starts_with(":?")
    }

    /// The text that counts without a value.
    pub(super) fn default(&self) -> Option<&'t str> {
        self.rest.strip_prefix(":-").or_else(|| self.rest.strip_prefix('-'))
    }

    /// Whether the variable is used without a default and without a condition.
    pub(super) fn is_plain(&self) -> bool {
        self.rest.is_empty()
    }
}

/// A part of a text.
enum Part<'t> {
    Text(&'t str),
    Use(Use<'t>),
}

/// The variables of a text, those within defaults included.
pub(super) fn used(text: &str) -> Vec<Use<'_>> {
    let mut found = Vec::new();
    let mut left = vec![(text, 0)];
    while let Some((text, depth)) = left.pop() {
        for part in parts(text) {
            let Part::Use(it) = part else { continue };
            // Nested deeper than people write.
            if let Some(inner) = it.default().filter(|_| depth < 8) {
                left.push((inner, depth + 1));
            }
            found.push(it);
        }
    }
    found
}

/// The text with each variable's value or default; `None` where one has neither.
pub(super) fn filled(text: &str) -> Option<String> {
    filled_to(text, 8)
}

fn filled_to(text: &str, depth: usize) -> Option<String> {
    let mut all = String::new();
    for part in parts(text) {
        match part {
            Part::Text(text) => all.push_str(text),
            Part::Use(it) => all.push_str(&filled_to(it.default()?, depth.checked_sub(1)?)?),
        }
    }
    Some(all)
}

fn parts(text: &str) -> Vec<Part<'_>> {
    if text.len() > BYTES_MAX {
        return vec![Part::Text(text)];
    }
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find('$') {
        parts.push(Part::Text(&rest[..at]));
        let behind = &rest[at + 1..];
        if let Some(after) = behind.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
        } else if let Some((inside, after)) = braced(behind) {
            let (name, sign) = inside.split_at(name_length(inside));
            parts.push(Part::Use(Use { name, rest: sign }));
            rest = after;
        } else if name_length(behind) > 0 {
            let (name, after) = behind.split_at(name_length(behind));
            parts.push(Part::Use(Use { name, rest: "" }));
            rest = after;
        } else {
            parts.push(Part::Text("$"));
            rest = behind;
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// What is inside `{…}` at the beginning, and what comes after.
fn braced(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{')?;
    let mut depth = 1;
    for (at, it) in inside.char_indices() {
        match it {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&inside[..at], &inside[at + 1..]));
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
    if text.starts_with(|it: char| it.is_ascii_digit()) {
        return 0;
    }
    text.find(|it| !is_part(it)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_by_their_defaults() {
        let rows = [
            ("plain", Some("plain")),
            ("${A:-x}", Some("x")),
            ("${A-x}:80", Some("x:80")),
            ("${A:-${B:-y}}.example", Some("y.example")),
            ("$$HOME", Some("$HOME")),
            ("${A}", None),
            ("$A", None),
            ("${A:?needed}", None),
            ("${A:+x}", None),
            ("${A:-", Some("${A:-")),
            ("5 $", Some("5 $")),
            ("$1", Some("$1")),
        ];
        for (text, value) in rows {
            assert_eq!(filled(text).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn each_use_is_found() {
        let text = "a $A ${B} ${C:?no} ${D?} ${E:-${F}} $$G";
        let names: Vec<_> = used(text).iter().map(|it| (it.name, it.is_required())).collect();
        let expected =
            [("A", false), ("B", false), ("C", true), ("D", true), ("E", false), ("F", false)];
        assert_eq!(names, expected);
        let deep = "${A:-".repeat(50_000);
        assert!(used(&deep).is_empty() && filled(&deep).is_some());
        let closed = format!("{}{}", "${A:-".repeat(500), "}".repeat(500));
        assert!(filled(&closed).is_none() && used(&closed).len() < 20);
    }
}
