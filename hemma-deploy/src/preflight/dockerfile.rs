//! The requirements of a Dockerfile.

use std::collections::BTreeMap;

use parse_dockerfile::{Flag, Instruction, Source};

/// The requirements of one Dockerfile.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Images, each with its line.
    pub images: Vec<(usize, String)>,
    /// The first instruction that the classic builder does not know, with its line.
    pub buildkit: Option<(usize, String)>,
}

impl Needs {
    /// Reads a Dockerfile with the build arguments that a compose file gives it. The build itself
    /// will report what this reader does not understand.
    pub(super) fn read(text: &str, arguments: &BTreeMap<String, String>) -> Self {
        let Ok(parsed) = parse_dockerfile::parse(text) else { return Self::default() };
        let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let (mut needs, mut variables, mut stages) = (Self::default(), BTreeMap::new(), Vec::new());
        for instruction in &parsed.instructions {
            let image = match instruction {
                Instruction::Arg(arg) if stages.is_empty() => {
                    declare(&mut variables, &arg.arguments.value, arguments);
                    None
                }
                Instruction::From(from) => {
                    let image = filled(&from.image.value, &variables);
                    let image = image.filter(|it| *it != "scratch" && !is_stage(it, &stages));
                    stages.push(from.as_.as_ref().map(|it| it.1.value.to_string()));
                    image.map(|it| (from.image.span.start, it))
                }
                // Only FROM has the variables before it; here a stage may also be a number.
                Instruction::Copy(copy) => {
                    let image = value(&copy.options, "from").filter(|it| !it.contains('$'));
                    let image = image.filter(|it| !is_stage(it, &stages));
                    image.map(|it| (copy.copy.span.start, it.to_owned()))
                }
                _ => None,
            };
            needs.images.extend(image.map(|(at, it)| (line(at), it)));
            if needs.buildkit.is_none() {
                needs.buildkit = modern(instruction).map(|(at, what)| (line(at), what));
            }
        }
        needs
    }
}

/// Whether an image is a stage, which has a name in any case, or a number.
fn is_stage(image: &str, stages: &[Option<String>]) -> bool {
    let named = |it: &Option<String>| it.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(image));
    stages.iter().any(named) || image.parse().is_ok_and(|it: usize| it < stages.len())
}

/// The option that the classic builder does not know, with its line.
fn modern(instruction: &Instruction<'_>) -> Option<(usize, String)> {
    let (at, word, options, known, text): (_, _, _, &[&str], _) = match instruction {
        Instruction::From(from) => {
            // The platforms of the build are variables that only BuildKit sets.
            let platform = value(&from.options, "platform")?;
            let own = platform.contains("BUILDPLATFORM") || platform.contains("TARGETPLATFORM");
            return own.then(|| (from.from.span.start, format!("FROM --platform={platform}")));
        }
        Instruction::Run(it) => (&it.run, "RUN", &it.options, &[], !it.here_docs.is_empty()),
        Instruction::Copy(it) => {
            (&it.copy, "COPY", &it.options, &["from", "chown"], has_text(&it.src))
        }
        Instruction::Add(it) => (&it.add, "ADD", &it.options, &["chown"], has_text(&it.src)),
        _ => return None,
    };
    let option = options.iter().find(|it| !known.contains(&&*it.name.value));
    let option = option.map(|it| format!("{word} --{}", it.name.value));
    let what = option.or_else(|| text.then(|| format!("{word} with a here-document")))?;
    Some((at.span.start, what))
}

fn has_text(sources: &[Source<'_>]) -> bool {
    sources.iter().any(|it| matches!(it, Source::HereDoc(_)))
}

fn value<'f>(options: &'f [Flag<'_>], name: &str) -> Option<&'f str> {
    Some(&options.iter().find(|it| it.name.value == name)?.value.as_ref()?.value)
}

/// Declares `ARG A=x B="y"`: the compose file's value overrides the default.
fn declare(
    variables: &mut BTreeMap<String, String>,
    text: &str,
    arguments: &BTreeMap<String, String>,
) {
    for word in text.split_whitespace() {
        let (name, default) = word.split_once('=').map_or((word, None), |it| (it.0, Some(it.1)));
        let default = default.map(|it| it.trim_matches(['"', '\'']).to_owned());
        let value = arguments.get(name).cloned().or(default);
        variables.extend(value.map(|it| (name.to_owned(), it)));
    }
}

/// The text with its variables filled in; `None` where one is unknown.
fn filled(text: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let (mut rest, mut filled) = (text, String::new());
    while let Some((before, after)) = rest.split_once('$') {
        filled += before;
        let (name, behind) = if let Some(braced) = after.strip_prefix('{') {
            braced.split_once('}')?
        } else {
            let end = after.find(|it: char| !it.is_ascii_alphanumeric() && it != '_');
            after.split_at(end.unwrap_or(after.len()))
        };
        let (name, default) = name.split_once(":-").map_or((name, None), |it| (it.0, Some(it.1)));
        filled += variables.get(name).map(String::as_str).or(default)?;
        rest = behind;
    }
    filled += rest;
    Some(filled).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(text: &str, arguments: &[(&str, &str)]) -> Vec<(usize, String)> {
        let owned = |it: &(&str, &str)| (it.0.to_owned(), it.1.to_owned());
        Needs::read(text, &arguments.iter().map(owned).collect()).images
    }

    #[test]
    fn the_images_it_begins_from_are_read() {
        let one = |line: usize, image: &str| vec![(line, image.to_owned())];
        let rows = [
            ("ARG D=huledu-deps:dev\nFROM ${D}\n", &[][..], one(2, "huledu-deps:dev")),
            ("ARG D=huledu-deps:dev\nFROM $D\n", &[("D", "own:1")], one(2, "own:1")),
            ("ARG V=3\nFROM --platform=linux/amd64 python:$V-slim\n", &[], one(2, "python:3-slim")),
            ("FROM a:1 AS base\nFROM base\nFROM scratch\n", &[], one(1, "a:1")),
            ("FROM ${D:-b:2}\n", &[], one(1, "b:2")),
            ("ARG D\nFROM $D\n", &[], Vec::new()),
            ("FROM a:1 AS One\nCOPY --from=one x y\nCOPY --from=0 x y\n", &[], one(1, "a:1")),
            ("FROM scratch\nCOPY --from=uv:1 /uv /bin/\n", &[], one(2, "uv:1")),
            ("FROM scratch\nARG V=1\nCOPY --from=uv:$V /uv /bin/\n", &[], Vec::new()),
            ("this is none", &[], Vec::new()),
        ];
        for (text, arguments, expected) in rows {
            assert_eq!(images(text, arguments), expected, "{text}");
        }
    }

    #[test]
    fn what_only_buildkit_has_is_seen() {
        let rows = [
            ("FROM a\nRUN --mount=type=cache,target=/c make\n", Some((2, "RUN --mount"))),
            ("FROM a\nRUN --network=none make\n", Some((2, "RUN --network"))),
            ("FROM a\nRUN <<E\nmake\nE\n", Some((2, "RUN with a here-document"))),
            ("FROM a\nCOPY --chown=1 --link a b\n", Some((2, "COPY --link"))),
            ("FROM a\nCOPY --parents a b\n", Some((2, "COPY --parents"))),
            ("FROM a\nCOPY <<E /b\nmake\nE\n", Some((2, "COPY with a here-document"))),
            ("FROM a\nADD --checksum=sha256:1 a b\n", Some((2, "ADD --checksum"))),
            (
                "# x\nFROM --platform=$BUILDPLATFORM a\n",
                Some((2, "FROM --platform=$BUILDPLATFORM")),
            ),
            ("FROM --platform=linux/amd64 a\nADD --chown=1 a b\n", None),
            ("FROM a\nRUN make\nCOPY --from=a --chown=1 b c\n", None),
        ];
        for (text, expected) in rows {
            let expected = expected.map(|(line, what): (usize, &str)| (line, what.to_owned()));
            assert_eq!(Needs::read(text, &BTreeMap::new()).buildkit, expected, "{text}");
        }
    }
}
