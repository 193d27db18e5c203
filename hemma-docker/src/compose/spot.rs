//! Where something is written in the compose files.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A line of a file in the repository, or of the overlay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Prints `at FILE:LINE TEXT` for each line of `$w/words` that is written somewhere: first in the
/// files of `$w/files`, then in those that they name, then in any other. Never the line itself, which
/// may hold anything, and nothing that is commented out.
pub(crate) const FIND: &str = r#"
find_words() {
    {
        cat "$w/files"
        xargs -d '\n' -r grep -hv '^[[:space:]]*#' -- <"$w/files" 2>/dev/null | grep -oE '[A-Za-z0-9._/-]+\.ya?ml'
        find . -maxdepth 4 \( -name .git -o -name node_modules \) -prune -o \( -name '*.yml' -o -name '*.yaml' \) -print |
            LC_ALL=C sort
    } | sed 's|^\./||' | awk '!seen[$0]++' >"$w/places"
    awk -v words="$w/words" -v places="$w/places" 'BEGIN {
        while ((getline line < words) > 0) word[++n] = line
        while ((getline file < places) > 0) {
            for (at = 1; (getline line < file) > 0; at++) {
                if (line ~ /^[ \t]*#/) continue
                for (i = 1; i <= n; i++) if (!(i in hit) && index(line, word[i])) {
                    hit[i] = 1; print "at " file ":" at " " word[i]
                }
            }
            close(file)
        }
    }'
}
"#;

/// Reads one of those lines.
pub(crate) fn read(line: &str) -> Option<(String, Spot)> {
    let (place, text) = line.strip_prefix("at ")?.split_once(' ')?;
    let (file, line) = place.rsplit_once(':')?;
    Some((text.to_owned(), Spot { file: file.to_owned(), line: line.parse().ok()? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read() {
        let rows = [
            ("at a/b.yml:7 8085:8085", Some(("8085:8085", "a/b.yml:7"))),
            ("at ../own.yml:1  db:", Some((" db:", "../own.yml:1"))),
            ("at a.yml:x y", None),
            ("at ", None),
            ("absent a.yml:1 x", None),
        ];
        for (line, expected) in rows {
            let seen = read(line).map(|it| (it.0, it.1.to_string()));
            let expected = expected.map(|it| (it.0.to_owned(), it.1.to_owned()));
            assert_eq!(seen, expected, "{line}");
        }
    }
}
