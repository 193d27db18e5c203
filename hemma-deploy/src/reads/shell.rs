//! Lines of shell, as far as they say which programs are run.

use crate::dockerfile::split;

/// One simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its words, without assignments in front.
    pub(super) words: Vec<String>,
    /// Whether its failure is passed over: `|| true`.
    pub(super) may_fail: bool,
}

/// Programs of a build that write no files of an application into it.
const HARMLESS: [&str; 26] = [
    "apt-get", "apt", "apk", "pip", "pip3", "pdm", "poetry", "uv", "bundle", "gem", "chmod",
    "chown", "mkdir", "adduser", "addgroup", "useradd", "groupadd", "rm", "set", "corepack", "cd",
    "export", "true", "echo", "dnf", "install",
];

/// Package managers that run scripts of the application with other words than these.
const MANAGERS: [&str; 3] = ["npm", "yarn", "pnpm"];

impl Segment {
    /// Whether it writes no file that an application would start from.
    pub(super) fn makes_no_file(&self) -> bool {
        let Some(program) = self.words.first() else { return true };
        if self.writes() {
            return false;
        }
        let second = self.words.get(1).map_or("", String::as_str);
        match program.as_str() {
            "python" | "python3" => {
                second == "-m" && self.words.get(2).is_some_and(|it| it == "pip")
            }
            "install" => second == "-d",
            it if MANAGERS.contains(&it) => {
                ["ci", "install", "i", "config", "cache"].contains(&second)
            }
            it => HARMLESS.contains(&it) && !["run", "exec"].contains(&second),
        }
    }

    /// Whether its output goes into a file.
    fn writes(&self) -> bool {
        let goes = |at: usize, word: &str| {
            let behind = word.rsplit_once('>').map(|it| it.1).unwrap_or_default();
            let to = if behind.is_empty() {
                self.words.get(at + 1).map_or("", String::as_str)
            } else {
                behind
            };
            !["/dev/", "&", "="].iter().any(|it| to.starts_with(it))
        };
        let mut words = self.words.iter().enumerate().filter(|it| it.1.contains('>'));
        words.any(|(at, word)| goes(at, word))
    }

    pub(super) fn is(&self, program: &str, commands: &[&str]) -> bool {
        let own = self.words.first().is_some_and(|it| it == program);
        own && self.words.get(1).is_some_and(|it| commands.contains(&it.as_str()))
    }

    /// The values of an option: `-G a`, `-G=a`, `--group a,b`.
    pub(super) fn values(&self, names: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        let mut words = self.words.iter().peekable();
        while let Some(word) = words.next() {
            let (name, value) =
                word.split_once('=').map_or((word.as_str(), None), |it| (it.0, Some(it.1)));
            if !names.contains(&name) {
                continue;
            }
            let value = value.map(str::to_owned).or_else(|| words.peek().map(|it| (*it).clone()));
            found.extend(value.iter().flat_map(|it| it.split([',', ' '])).map(str::to_owned));
        }
        found.retain(|it| !it.is_empty());
        found
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.words.iter().any(|it| names.contains(&it.as_str()))
    }
}

/// The simple commands of a line.
pub(super) fn segments(text: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let (mut rest, mut may_fail) = (text, false);
    loop {
        let (at, sign) = end(rest);
        let words = split(&rest[..at], '\\');
        let is_name = |it: &str| {
            !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
        };
        let assigns = |it: &&String| it.split_once('=').is_some_and(|it| is_name(it.0));
        let skipped = words.iter().take_while(assigns).count();
        let words: Vec<String> = words.into_iter().skip(skipped).collect();
        let fails = sign == "||";
        if !words.is_empty() && !may_fail {
            segments.push(Segment { words, may_fail: fails });
        }
        may_fail = fails;
        if sign.is_empty() {
            return segments;
        }
        rest = &rest[at + sign.len()..];
    }
}

/// The first `&&`, `||`, `;`, `|`, `&` or line break outside of quotes, and its place.
fn end(text: &str) -> (usize, &'static str) {
    let (mut quote, mut chars) = (None, text.char_indices());
    while let Some((at, it)) = chars.next() {
        match quote {
            Some(open) if it == open => quote = None,
            None if it == '"' || it == '\'' => quote = Some(it),
            _ if it == '\\' && quote != Some('\'') => {
                chars.next();
            }
            None => {
                let is_redirection = text[..at].ends_with('>') || text[at..].starts_with("&>");
                for sign in ["&&", "||", ";", "|", "&", "\n"] {
                    if text[at..].starts_with(sign) && !(sign == "&" && is_redirection) {
                        return (at, sign);
                    }
                }
            }
            Some(_) => {}
        }
    }
    (text.len(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_commands_are_told_apart() {
        let words = |it: &str| {
            let all: Vec<_> = segments(it).into_iter().map(|it| it.words.join(" ")).collect();
            all.join(" / ")
        };
        for (text, expected) in [
            ("a b && c; d", "a b / c / d"),
            ("A=1 B='x y' exec a \"b && c\"", "exec a b && c"),
            ("a 2>&1 | b || true", "a 2>&1 / b"),
            ("a\nb", "a / b"),
            ("", ""),
            ("a && ", "a"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert!(segments("a || true")[0].may_fail && !segments("a && b")[0].may_fail);
    }

    #[test]
    fn what_may_write_files_is_told_from_what_does_not() {
        for (text, expected) in [
            ("apt-get install -y curl git", true),
            ("pip install -r requirements.txt > /dev/null", true),
            ("python -m pip install 'x>=1'", true),
            ("npm ci", true),
            ("npm run build", false),
            ("git clone x", false),
            ("echo hello > app.py", false),
            ("python generate.py", false),
            ("pdm run build", false),
        ] {
            assert_eq!(segments(text)[0].makes_no_file(), expected, "{text}");
        }
    }

    #[test]
    fn options_have_values() {
        let it = &segments("pdm sync -G a,b --group=c --prod")[0];
        assert_eq!(it.values(&["-G", "--group"]), ["a", "b", "c"]);
        assert!(it.has(&["--prod"]) && it.is("pdm", &["sync"]));
    }
}
