//! Drafts and questions in turn, until nothing is left to ask.

use hemma_core::Hint;
use hemma_deploy::Config;
use hemma_deploy::init::{About, Answers, Draft, Edge, Question, Said, propose};

use super::ask::{ask, unanswered};
use super::gather::{self, Gathered};
use super::place::{Error, Place};
use crate::{Failure, Run};

/// What a file that is there says counts as said.
pub(super) fn explicit(answers: &mut Answers, config: &Config) {
    let said = Said::Typed;
    if config.host.is_named() {
        answers.host.get_or_insert((config.host.alias.clone(), said));
    }
    answers.kept = Some((config.compose.project.clone(), config.compose.files.clone()));
    answers.open.extend(config.edge.open.iter().map(|it| it.get()));
    answers.not_public.extend(config.public.iter().map(|it| it.service.to_string()));
    let edge = &config.edge;
    let target = match &edge.host {
        Some(name) => Some(Edge::Name(name.clone())),
        None if edge.addresses.is_empty() => None,
        None => Some(Edge::Addresses(edge.addresses.clone())),
    };
    if let Some(target) = target {
        answers.edge.get_or_insert((Some(target), said));
    }
    if !config.compose.profiles.is_empty() {
        answers.profiles.get_or_insert((config.compose.profiles.clone(), said));
    }
}

/// The draft, and what it was made from. Questions are asked at a terminal alone.
pub(super) async fn settle(
    run: &Run<'_>,
    place: &Place,
    answers: &mut Answers,
) -> Result<(Gathered, Draft), Failure> {
    let asks = run.terminal().somebody() && !run.flags.yes && !run.terminal().json();
    let mut gathered = gather::gather(run, place, answers).await?;
    loop {
        let home = gathered.home.as_deref();
        let draft = propose(&gathered.facts, answers, &gathered.chosen, home);
        // The host and the files come first: the other values follow from them.
        let first = |it: &&Question| matches!(it.about, About::Host | About::Files);
        let next = draft.questions.iter().find(first).or(draft.questions.first());
        let Some(question) = next.filter(|_| asks) else {
            if gathered.chosen.files.is_empty() {
                return Err(no_files(place, &draft));
            }
            return Ok((gathered, draft));
        };
        if !ask(run, question, answers).await {
            return Err(unanswered(question));
        }
        if matches!(question.about, About::Host | About::Files | About::Project) {
            gathered = gather::gather(run, place, answers).await?;
        }
    }
}

fn no_files(place: &Place, draft: &Draft) -> Failure {
    let words = draft.questions.iter().find(|it| it.about == About::Files);
    let words = words.map(|it| format!("{} ", it.words)).unwrap_or_default();
    let hint = format!("{words}Pass --file FILE, relative to the root of the repository");
    Failure::usage(Error::NoFiles(place.root.clone())).hint(Hint::Do(hint))
}
