//! The instructions of a Dockerfile: lines that are continued, comments, here-documents.

use super::words::{self, split};

/// The instructions that BuildKit knows.
const KNOWN: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// The limit for continued lines and options that are kept, far above any real instruction.
const FLAWS_MAX: usize = 20;

/// A Dockerfile as instructions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Dockerfile {
    /// The instructions in the order of the file.
    pub(crate) instructions: Vec<Instruction>,
    /// The character that escapes: `\`, or the one that the file names.
    pub(crate) escape: char,
    /// What could not be read, with its line.
    pub(crate) flaws: Vec<(usize, String)>,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// The line on which it begins, from 1.
    pub(crate) line: usize,
    /// The instruction's name in capitals.
    pub(crate) keyword: String,
    /// The options in front of the arguments: name and value.
    pub(crate) options: Vec<(String, String)>,
    /// The arguments on one line.
    pub(crate) arguments: String,
    /// Whether it has here-documents.
    pub(crate) has_here_document: bool,
}

impl Instruction {
    /// The value of the first option of this name.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// The paths or files that `COPY` and `ADD` take, without here-documents and without the
    /// destination.
    pub(crate) fn sources(&self, escape: char) -> Vec<String> {
        let mut words = json(&self.arguments).unwrap_or_else(|| split(&self.arguments, escape));
        words.pop();
        words.retain(|it| terminator(it).is_none());
        words
    }
}

impl Dockerfile {
    /// Reads the text of a Dockerfile.
    pub(crate) fn read(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut file = Self { escape: '\\', ..Self::default() };
        let mut lines = text.lines().enumerate().peekable();
        let mut may_direct = true;
        while let Some((at, line)) = lines.next() {
            let line = line.trim_start();
            if let Some(comment) = line.strip_prefix('#') {
                may_direct = may_direct && file.direct(comment);
                continue;
            }
            may_direct = false;
            let (mut logical, mut goes_on) = file.continued(line);
            while goes_on && let Some((_, more)) = lines.next() {
                // Comments and empty lines do not end an instruction.
                if more.trim_start().starts_with('#') || more.trim().is_empty() {
                    continue;
                }
                let (more, again) = file.continued(more);
                logical.push_str(&more);
                goes_on = again;
            }
            let Some(mut instruction) = file.instruction(at + 1, logical.trim()) else { continue };
            let documents = here_documents(&instruction, file.escape);
            instruction.has_here_document = !documents.is_empty();
            for (word, has_tabs) in documents {
                let ends =
                    |it: &str| (if has_tabs { it.trim_start_matches('\t') } else { it }) == word;
                if !lines.by_ref().any(|it| ends(it.1)) {
                    file.note(at + 1, format!("the here-document `{word}` has no end"));
                }
            }
            file.instructions.push(instruction);
        }
        file
    }

    fn note(&mut self, line: usize, what: String) {
        if self.flaws.len() < FLAWS_MAX {
            self.flaws.push((line, what));
        }
    }

    /// Takes the comment for a directive if it is one. They stand before anything else.
    fn direct(&mut self, comment: &str) -> bool {
        let Some((key, value)) = comment.split_once('=') else { return false };
        match key.trim().to_ascii_lowercase().as_str() {
            "escape" => {
                if value.trim() == "`" {
                    self.escape = '`';
                }
                true
            }
            "syntax" | "check" => true,
            _ => false,
        }
    }

    /// The line without the character that continues it, and whether it has one.
    fn continued(&self, line: &str) -> (String, bool) {
        let line = line.trim_end_matches(['\r']);
        let end = line.trim_end_matches([' ', '\t']);
        match end.strip_suffix(self.escape) {
            // Two of them are a literal one.
            Some(before) if !before.ends_with(self.escape) => (before.to_owned(), true),
            _ => (line.to_owned(), false),
        }
    }

    fn instruction(&mut self, line: usize, text: &str) -> Option<Instruction> {
        if text.is_empty() {
            return None;
        }
        let (keyword, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let keyword = keyword.to_ascii_uppercase();
        if !KNOWN.contains(&keyword.as_str()) {
            self.note(line, "no instruction begins like this line".to_owned());
            return None;
        }
        let (options, arguments) = options(rest.trim_start(), self.escape);
        let arguments = arguments.to_owned();
        Some(Instruction { line, keyword, options, arguments, has_here_document: false })
    }
}

/// The options in front, and the rest.
fn options(text: &str, escape: char) -> (Vec<(String, String)>, &str) {
    let (mut options, mut rest) = (Vec::new(), text);
    while rest.starts_with("--") {
        let end = words::end(rest, escape);
        let (option, behind) = rest.split_at(end);
        rest = behind.trim_start();
        if option == "--" {
            break;
        }
        let option = split(option, escape).into_iter().next().unwrap_or_default();
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        options.push((name.trim_start_matches('-').to_owned(), value.to_owned()));
    }
    (options, rest)
}

/// The words that end the here-documents of an instruction, and whether tabs may stand before them.
fn here_documents(instruction: &Instruction, escape: char) -> Vec<(String, bool)> {
    let may_have = match instruction.keyword.as_str() {
        "RUN" | "COPY" | "ADD" => true,
        "ONBUILD" => {
            let what = instruction.arguments.split_whitespace().next().unwrap_or_default();
            ["RUN", "COPY", "ADD"].iter().any(|it| what.eq_ignore_ascii_case(it))
        }
        _ => false,
    };
    if !may_have || !instruction.arguments.contains("<<") || json(&instruction.arguments).is_some()
    {
        return Vec::new();
    }
    let words = words::split_raw(&instruction.arguments, escape);
    words.iter().filter_map(|it| terminator(it)).collect()
}

/// The word that ends the here-document which `<<WORD` begins, and whether it is written `<<-WORD`.
fn terminator(word: &str) -> Option<(String, bool)> {
    let (number, word) = word.split_once("<<")?;
    if !number.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let (word, has_tabs) = word.strip_prefix('-').map_or((word, false), |it| (it, true));
    let word: String = word.chars().filter(|it| !['"', '\''].contains(it)).collect();
    (!word.is_empty() && !word.contains('<')).then_some((word, has_tabs))
}

/// The words of the JSON form: `["a", "b"]`.
pub(crate) fn json(arguments: &str) -> Option<Vec<String>> {
    let arguments = arguments.trim();
    arguments.starts_with('[').then(|| serde_json::from_str(arguments).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keywords(text: &str) -> Vec<String> {
        let file = Dockerfile::read(text);
        file.instructions.iter().map(|it| format!("{} {}", it.line, it.keyword)).collect()
    }

    #[test]
    fn instructions_are_told_apart() {
        let rows: [(&str, &[&str]); 12] = [
            ("FROM a\nENTRYPOINT []\nRUN x\n", &["1 FROM", "2 ENTRYPOINT", "3 RUN"]),
            ("from a\r\n\r\nrun x \\\r\n  y\r\nCMD z\r\n", &["1 FROM", "3 RUN", "5 CMD"]),
            ("FROM a\nRUN x \\\n# no\n\n  y\nUSER z\n", &["1 FROM", "2 RUN", "6 USER"]),
            // The second document begins where the first one ends.
            (
                "FROM a\nRUN <<A cat >x && <<B cat >y\nFROM no\nA\nFROM no\nB\nUSER z\n",
                &["1 FROM", "2 RUN", "7 USER"],
            ),
            (
                "FROM a\nCOPY <<-'E F' /x\n\tFROM no\n\tE F\nUSER z\n",
                &["1 FROM", "2 COPY", "5 USER"],
            ),
            ("FROM a\nRUN echo \"<<A\"\nUSER z\n", &["1 FROM", "2 RUN", "3 USER"]),
            ("FROM a\nRUN [\"sh\", \"<<A\"]\nUSER z\n", &["1 FROM", "2 RUN", "3 USER"]),
            ("FROM a\nRUN cat <<<x\nUSER z\n", &["1 FROM", "2 RUN", "3 USER"]),
            (
                "# escape=`\nFROM a\nRUN c:\\\nUSER z `\n y\nCMD x\n",
                &["2 FROM", "3 RUN", "4 USER", "6 CMD"],
            ),
            ("# a\n# escape=`\nFROM a \\\n AS b\nCMD x\n", &["3 FROM", "5 CMD"]),
            ("FROM a\nRUN x \\\\\nUSER z\n", &["1 FROM", "2 RUN", "3 USER"]),
            ("\u{feff}FROM a\nRUN x \\", &["1 FROM", "2 RUN"]),
        ];
        for (text, expected) in rows {
            assert_eq!(keywords(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_noted_and_the_rest_is_read() {
        let rows: [(&str, &[&str], &[usize]); 3] = [
            ("FROM a\nwhatever\nCMD x\n", &["1 FROM", "3 CMD"], &[2]),
            ("FROM a\nRUN <<E\nx\n", &["1 FROM", "2 RUN"], &[2]),
            ("", &[], &[]),
        ];
        for (text, expected, flaws) in rows {
            assert_eq!(keywords(text), expected, "{text}");
            let seen: Vec<usize> = Dockerfile::read(text).flaws.iter().map(|it| it.0).collect();
            assert_eq!(seen, flaws, "{text}");
        }
    }

    #[test]
    fn options_and_sources_are_told_apart() {
        let file = Dockerfile::read(
            "COPY --from=a --chown=\"x y\" a \"b c\" /d\nADD [\"a b\", \"/d\"]\nCOPY <<E <<F /d\nE\nF\n\
             RUN --mount=type=cache,target=/c -- make --x\n",
        );
        let [copy, add, documents, run] = &file.instructions[..] else { panic!("{file:?}") };
        assert_eq!((copy.option("from"), copy.option("chown")), (Some("a"), Some("x y")));
        assert_eq!(copy.sources('\\'), ["a", "b c"]);
        assert_eq!(add.sources('\\'), ["a b"]);
        assert!(documents.sources('\\').is_empty() && documents.has_here_document);
        assert_eq!((run.options.len(), run.arguments.as_str()), (1, "make --x"));
    }
}
