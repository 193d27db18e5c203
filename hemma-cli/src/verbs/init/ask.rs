//! A question at the terminal.

use hemma_core::Hint;
use hemma_deploy::init::{Answers, Question};

use crate::{Failure, Run};

/// How often a question is asked whose answer is wrong.
const ATTEMPTS: usize = 3;

#[derive(Debug, thiserror::Error)]
#[error("there is no answer to: {0}")]
struct Unanswered(String);

/// Asks one question. Returns whether there is an answer.
pub(super) async fn ask(run: &Run<'_>, question: &Question, answers: &mut Answers) -> bool {
    let guess = match question.guess.as_deref() {
        Some("") | None => String::new(),
        Some(guess) => format!(" [{guess}]"),
    };
    for _ in 0..ATTEMPTS {
        let Some(text) = run.terminal().asks(&format!("{}{guess}", question.words)).await else {
            return false;
        };
        match answers.take(question, &text) {
            Ok(()) => return true,
            Err(why) => run.terminal().note(&why),
        }
    }
    false
}

/// The failure of a run whose question has no answer.
pub(super) fn unanswered(question: &Question) -> Failure {
    let hint = format!("nothing was written; pass {}", question.flag);
    Failure::usage(Unanswered(question.words.clone())).hint(Hint::Do(hint))
}
