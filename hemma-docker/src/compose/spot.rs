//! The place where something is written in the compose files.

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

/// Prints `at FILE:LINE TEXT` for each line of `$w/words` that is found: first in the files of
/// `$w/files`, then in those that they name, then in any other. It never prints the found line,
/// which may hold anything, and ignores comments. A word does not count as part of a longer one:
/// `6379:6379` is not in `16379:6379`.
///
/// `=PUBLISHED:TARGET` is a mapping without an address before it, and `:TARGET` a port of a container
/// without any on the host. Of the files that are in use, the last one that has a mapping counts: it
/// may override the others.
///
/// A port that is written nowhere as `PUBLISHED:TARGET` is looked for in its long form and as the
/// default of a variable; behind another variable only where a single line matches.
pub const FIND: &str = r#"
find_words() {
    {
        cat "$w/files"
        xargs -d '\n' -r grep -hv '^[[:space:]]*#' -- <"$w/files" 2>/dev/null | grep -oE '[A-Za-z0-9._/-]+\.ya?ml'
        find . -maxdepth 4 \( -name .git -o -name node_modules \) -prune -o \( -name '*.yml' -o -name '*.yaml' \) -print |
            LC_ALL=C sort
    } | sed 's|^\./||' | awk '!seen[$0]++' >"$w/places"
    awk -v words="$w/words" -v places="$w/places" -v used="$w/files" '
    function holds(line, text,    own, from, to) {
        if (text ~ /^=[0-9]/)
            return line ~ ("(^|[^]A-Za-z0-9_.:}-])" substr(text, 2) "([^0-9A-Za-z_-]|$)")
        if (text ~ /^:[0-9]/)
            return section == "ports" && line ~ ("(^|[^A-Za-z0-9_.:/}-])" substr(text, 2) "(/(tcp|udp))?[\"\047]?[ \t]*([],#}]|$)")
        own = text ~ /^[$]/ ? "[A-Za-z0-9_]" : "[A-Za-z0-9_-]"
        for (; from = index(line, text); line = substr(line, from + 1)) {
            to = from + length(text)
            if (text ~ ("^" own) && from > 1 && substr(line, from - 1, 1) ~ own) continue
            if (text ~ (own "$") && substr(line, to, 1) ~ own) continue
            return 1
        }
        return 0
    }
    function after(line, key,    value) {
        if (!match(line, "(^|[ \t{,-])" key ":[ \t]*")) return ""
        value = substr(line, RSTART + RLENGTH)
        gsub(/["\047]/, "", value)
        sub(/[ \t,].*/, "", value)
        if (value !~ /^[$]/) sub(/[}].*/, "", value)
        return value
    }
    # A brace in a pattern is written so that no awk takes it for a repetition.
    function means(text, number) { return text == number || text ~ ("^[$][{][A-Za-z0-9_]+:?-" number "[}]$") }
    BEGIN {
        while ((getline line < words) > 0) {
            word[++n] = line
            if (line ~ /^[0-9]+:[0-9]+$/) { split(line, part, ":"); published[n] = part[1]; target[n] = part[2] }
            mapping[n] = line ~ /^=?[^ ]*:[0-9]+$/
        }
        while ((getline file < used) > 0) inuse++
        while ((getline file < places) > 0) {
            from = to = section = ""
            nth++
            for (at = 1; (getline line < file) > 0; at++) {
                if (line ~ /^[ \t]*#/) continue
                if (line ~ /^[ \t]*-/) from = to = ""
                if (match(line, /^[ \t]*[A-Za-z_][A-Za-z0-9_-]*:/)) {
                    section = substr(line, RSTART, RLENGTH - 1)
                    gsub(/[ \t]/, "", section)
                }
                if (after(line, "target") != "") to = after(line, "target")
                if (after(line, "published") != "") from = after(line, "published")
                ends = from != "" && to != "" && line ~ /(target|published):/
                variable = line ~ /[$].*:[0-9]/
                for (i = 1; i <= n; i++) {
                    if (i in hit && !(mapping[i] && nth <= inuse && where[i] != file)) continue
                    if (holds(line, word[i])) { hit[i] = file ":" at; where[i] = file; continue }
                    if (!(i in target)) continue
                    if (ends && to == target[i] && means(from, published[i])) {
                        if (!(i in long)) long[i] = file ":" at
                    } else if (variable && line ~ ("[$][{][A-Za-z0-9_]+:?-" published[i] "[}]:" target[i] "([^0-9]|$)")) {
                        if (!(i in long)) long[i] = file ":" at
                    } else if ((ends && to == target[i] && from ~ /^[$]/) ||
                        (variable && line ~ ("[$]([{][A-Za-z0-9_]+[^-}]*[}]|[A-Za-z0-9_]+):" target[i] "([^0-9]|$)"))) {
                        maybe[i] = file ":" at; count[i]++
                    }
                }
            }
            close(file)
        }
        for (i = 1; i <= n; i++) {
            if (i in hit) print "at " hit[i] " " word[i]
            else if (i in long) print "at " long[i] " " word[i]
            else if (count[i] == 1) print "at " maybe[i] " " word[i]
        }
    }'
}
"#;

/// Parses one line of the output of `find_words`.
pub fn read(line: &str) -> Option<(String, Spot)> {
    let (place, text) = line.strip_prefix("at ")?.split_once(' ')?;
    let (file, line) = place.rsplit_once(':')?;
    Some((text.to_owned(), Spot { file: file.to_owned(), line: line.parse().ok()? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output of [`FIND`] for files and the texts that are looked for.
    fn found(files: &[(&str, &str)], texts: &[&str]) -> Vec<String> {
        found_in(files, &[files[0].0], texts)
    }

    /// The output of [`FIND`] where these of the files are in use.
    fn found_in(files: &[(&str, &str)], used: &[&str], texts: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().expect("a place");
        let write = |name: &str, text: &str| {
            std::fs::write(dir.path().join(name), text).expect("it is written");
        };
        std::fs::create_dir(dir.path().join(".git")).expect("it is made");
        for (name, text) in files {
            write(name, text);
        }
        write(".git/words", &(texts.join("\n") + "\n"));
        write(".git/files", &(used.join("\n") + "\n"));
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran = std::process::Command::new("sh")
            .args(["-c", &format!("w=.git\n{FIND}\nfind_words")])
            .current_dir(dir.path())
            .output();
        let ran = ran.expect("there is a shell");
        assert_eq!(String::from_utf8_lossy(&ran.stderr), "");
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        let lines = text.lines().map(|it| read(it).expect("it is a place"));
        lines.map(|(text, spot)| format!("{spot} {text}")).collect()
    }

    #[test]
    fn a_word_is_not_found_in_a_longer_one() {
        let text = "services:\n  db-old:\n    ports: [\"16379:6379\", \"6379:63790\"]\n  db:\n    \
            container_name: redis-exporter\n    image: ${TAG_OLD} $TAG-x\n    ports:\n      # 6379:6379\n      \
            - 127.0.0.1:6379:6379/tcp\n    container_name: redis\n    x: ${TAG}\n";
        let wanted = ["6379:6379", "container_name: redis", " db:", "$TAG", "${TAG}", "none"];
        let expected = [
            "a.yml:9 6379:6379",
            "a.yml:10 container_name: redis",
            "a.yml:4  db:",
            "a.yml:6 $TAG",
            "a.yml:11 ${TAG}",
        ];
        assert_eq!(found(&[("a.yml", text)], &wanted), expected);
    }

    #[test]
    fn a_port_is_found_in_each_way_of_writing_it() {
        let rows = [
            ("      - target: 6379\n        published: \"6379\"\n", Some(2)),
            ("      - published: 6379\n        protocol: tcp\n        target: 6379\n", Some(3)),
            ("      - {target: 6379, published: 6379}\n", Some(1)),
            ("      - target: 6379\n        published: ${PORT:-6379}\n", Some(2)),
            ("      - target: 6379\n        published: ${PORT}\n", Some(2)),
            ("      - \"${PORT:-6379}:6379\"\n", Some(1)),
            ("      - \"127.0.0.1:${PORT-6379}:6379/tcp\"\n", Some(1)),
            ("      - \"${PORT}:6379\"\n", Some(1)),
            ("      - ${PORT:?set it}:6379\n", Some(1)),
            ("      - $PORT:6379\n", Some(1)),
            // Two lines match.
            ("      - ${PORT}:6379\n      - ${OTHER}:6379\n", None),
            // The variable's default is another port.
            ("      - ${PORT:-7000}:6379\n", None),
            ("      - target: 6379\n      - published: 6379\n", None),
            ("      - target: 6379\n        published: 16379\n", None),
            ("      - ${PORT}:63790\n", None),
            // The usual form counts before any other.
            ("      - ${PORT:-6379}:6379\n      - \"6379:6379\"\n", Some(2)),
        ];
        for (text, line) in rows {
            let expected: Vec<_> =
                line.map(|it| format!("a.yml:{it} 6379:6379")).into_iter().collect();
            assert_eq!(found(&[("a.yml", text)], &["6379:6379"]), expected, "{text}");
        }
    }

    #[test]
    fn a_port_without_an_address_or_a_number_is_found_where_it_is_in_force() {
        let base = "services:\n  a:\n    expose: [\"8000\"]\n    ports:\n      - 127.0.0.1:8000:8000\n      - \"9000\"\n";
        let over = "services:\n  a:\n    ports: !override\n      - \"8000:8000\"\n      - 0.0.0.0:7000:7000\n";
        let wanted = ["=8000:8000", ":9000", ":8000", "0.0.0.0:7000:7000", "=9:9"];
        let files = ["a.yml", "b.yml"];
        let both = [(files[0], base), (files[1], over)];
        let expected = ["b.yml:4 =8000:8000", "a.yml:6 :9000", "b.yml:5 0.0.0.0:7000:7000"];
        assert_eq!(found_in(&both, &files, &wanted), expected);
        // Where both have a mapping, the last file is the one that counts.
        let both = [
            (files[0], "    ports: [\"8000:8000\"]\n"),
            (files[1], "#\n    ports: [\"8000:8000\"]\n"),
        ];
        assert_eq!(
            found_in(&both, &files, &["=8000:8000", "8000:8000"]),
            ["b.yml:2 =8000:8000", "b.yml:2 8000:8000"]
        );
        assert_eq!(found_in(&both, &files[..1], &["8000:8000"]), ["a.yml:1 8000:8000"]);
        for (text, line) in [
            ("    ports: [8000, 9000/udp]\n", Some(1)),
            ("    ports:\n      - '8000/tcp'\n", Some(2)),
            ("    ports:\n      - target: 8000\n", Some(2)),
            ("    ports: [\"8000:8000\"]\n", None),
            ("    ports: [\"80:8000\", 18000]\n", None),
            ("    expose: [8000]\n", None),
        ] {
            let expected: Vec<_> = line.map(|it| format!("a.yml:{it} :8000")).into_iter().collect();
            assert_eq!(found(&[("a.yml", text)], &[":8000"]), expected, "{text}");
        }
    }

    #[test]
    fn what_the_files_name_is_looked_at_after_them() {
        let files = [
            ("z.yml", "include:\n  - b.yml\nservices:\n  own: {}\n"),
            ("a.yml", "  shared:\n"),
            ("b.yml", "#\n  shared:\n  own:\n"),
        ];
        let expected = ["b.yml:2  shared:", "z.yml:4  own:"];
        assert_eq!(found(&files, &[" shared:", " own:"]), expected);
    }

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
