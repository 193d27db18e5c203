//! The instructions that make an image, from its base on.

use super::lines::{Dockerfile, Instruction};
use super::stages::{Source, Stages, Wanted};

/// The instructions of one stage, with those of the stages that it begins from in front of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// The image that it begins from; `None` where that is not known.
    pub(crate) base: Option<String>,
    /// The instructions in order, without `FROM`.
    pub(crate) instructions: Vec<Instruction>,
    /// The character that escapes.
    pub(crate) escape: char,
    /// Whether some lines could not be read.
    pub(crate) has_flaws: bool,
}

impl Recipe {
    /// The recipe of the stage that is built, and then those of the stages that it copies from.
    pub(crate) fn of(text: &str, wanted: Wanted<'_>) -> Vec<Self> {
        let file = Dockerfile::read(text);
        let stages = Stages::of(&file, wanted);
        let Some(target) = stages.target(wanted.target) else { return Vec::new() };
        let reached = stages.reached_from(target);
        let others = (0..stages.all.len()).filter(|it| reached[*it] && *it != target);
        let own = instructions(&file);
        let has_contexts = !wanted.contexts.is_empty();
        let recipe = |at: usize| Self::of_stage((&stages, has_contexts), &own, at, &file);
        std::iter::once(target).chain(others).map(recipe).collect()
    }

    fn of_stage(
        (stages, has_contexts): (&Stages, bool),
        own: &[Vec<Instruction>],
        at: usize,
        file: &Dockerfile,
    ) -> Self {
        let (mut chain, mut base, mut next) = (Vec::new(), None, Some(at));
        while let Some(at) = next.take() {
            chain.push(at);
            match stages.all[at].sources.first().map(|it| &it.source) {
                // A stage begins from an earlier one.
                Some(Source::Stage(earlier)) if *earlier < at => next = Some(*earlier),
                Some(Source::Image(image)) => base = Some(image.clone()),
                // Where a context has the name of the base, its content is not known.
                Some(Source::Nothing) if !has_contexts => base = Some("scratch".to_owned()),
                _ => {}
            }
        }
        let instructions = chain.iter().rev().filter_map(|it| own.get(*it)).flatten();
        Self {
            base,
            instructions: instructions.cloned().collect(),
            escape: file.escape,
            has_flaws: !file.flaws.is_empty(),
        }
    }
}

/// The instructions of each stage.
fn instructions(file: &Dockerfile) -> Vec<Vec<Instruction>> {
    let mut stages: Vec<Vec<Instruction>> = Vec::new();
    for it in &file.instructions {
        if it.keyword == "FROM" {
            stages.push(Vec::new());
        } else if let Some(stage) = stages.last_mut() {
            stage.push(it.clone());
        }
    }
    stages
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Builder;
    use super::*;

    #[test]
    fn a_stage_has_the_instructions_of_those_it_begins_from() {
        let text = "ARG V=3\nFROM python:$V AS base\nWORKDIR /app\nFROM node:22 AS web\nRUN make\n\
                    FROM base\nCOPY --from=web /x /y\nCMD a\nFROM gone\n";
        let (arguments, contexts) = (BTreeMap::new(), BTreeMap::new());
        let wanted = Wanted {
            arguments: &arguments,
            target: Some("2"),
            contexts: &contexts,
            processor: None,
            builder: Builder::BuildKit,
        };
        let seen = Recipe::of(text, wanted);
        let shown: Vec<_> = seen
            .iter()
            .map(|it| {
                let own: Vec<_> = it.instructions.iter().map(|it| it.keyword.as_str()).collect();
                format!("{} {}", it.base.as_deref().unwrap_or("?"), own.join(" "))
            })
            .collect();
        assert_eq!(shown, ["python:3 WORKDIR COPY CMD", "python:3 WORKDIR", "node:22 RUN"]);
        assert!(Recipe::of("", wanted).is_empty());
    }
}
