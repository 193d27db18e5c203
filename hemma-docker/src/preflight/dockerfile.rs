//! What a Dockerfile needs that it does not bring along.

use std::collections::BTreeMap;

use parse_dockerfile::{Flag, Instruction};

/// What one Dockerfile needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Images, each with its line.
    pub images: Vec<(usize, String)>,
    /// The first thing that the builder before BuildKit does not know, with its line.
    pub buildkit: Option<(usize, &'static str)>,
}

impl Needs {
    /// Reads a Dockerfile with the build arguments that a compose file gives it. What the reader does
    /// not understand is for the build to say.
    pub(super) fn read(text: &str, arguments: &BTreeMap<String, String>) -> Self {
        let Ok(parsed) = parse_dockerfile::parse(text) else { return Self::default() };
        let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let (mut needs, mut variables, mut stages) = (Self::default(), BTreeMap::new(), Vec::new());
        let mut begun = false;
        for instruction in &parsed.instructions {
            let modern = match instruction {
                Instruction::Arg(arg) if !begun => {
                    declare(&mut variables, &arg.arguments.value, arguments);
                    None
                }
                Instruction::From(from) => {
                    begun = true;
                    let image = filled(&from.image.value, &variables);
                    let own = |it: &String| it == "scratch" || stages.contains(it);
                    needs.images.extend(
                        image.filter(|it| !own(it)).map(|it| (line(from.image.span.start), it)),
                    );
                    stages.extend(from.as_.as_ref().map(|it| it.1.value.to_string()));
                    None
                }
                Instruction::Run(run) if has(&run.options, "mount") => {
                    Some((run.run.span.start, "RUN --mount"))
                }
                Instruction::Run(run) if !run.here_docs.is_empty() => {
                    Some((run.run.span.start, "RUN with a here-document"))
                }
                Instruction::Copy(copy) if has(&copy.options, "link") => {
                    Some((copy.copy.span.start, "COPY --link"))
                }
                Instruction::Copy(copy) if has(&copy.options, "chmod") => {
                    Some((copy.copy.span.start, "COPY --chmod"))
                }
                _ => None,
            };
            needs.buildkit = needs.buildkit.or(modern.map(|(at, what)| (line(at), what)));
        }
        needs
    }
}

fn has(options: &[Flag<'_>], name: &str) -> bool {
    options.iter().any(|it| it.name.value == name)
}

/// `ARG A=x B="y"`: what the compose file gives wins over the default.
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

/// The text with its variables filled in; `None` where one is not known here.
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
            ("FROM a\nCOPY --link a b\n", Some((2, "COPY --link"))),
            ("FROM a\nRUN <<E\nmake\nE\n", Some((2, "RUN with a here-document"))),
            ("FROM a\nRUN make\nCOPY --from=a b c\n", None),
        ];
        for (text, expected) in rows {
            assert_eq!(Needs::read(text, &BTreeMap::new()).buildkit, expected, "{text}");
        }
    }
}
