//! The grammar service: whether it runs, whether it is the real one, and the mistakes that it
//! finds.
//!
//! Without its JAR the service uses a stub that reports itself healthy and finds nothing.
//! [`verify`] treats that as a failure.

mod check;
mod health;

use hemma_core::{Finding, Hint, World};

pub use check::{Check, CheckError, CheckRequest, Checked, Level, Mistake, Severity, TEXT_LIMIT};
pub use health::{Dependencies, Health, Healthz, Implementation, Jvm, RecentOutput, Wrapper};

use crate::ids;
use crate::{ServerUrl, finding};

/// The text that [`smoke`] sends: three mistakes that every grammar checker finds.
pub const SENTENCE: &str = "She go to school yesterday, and she have a apple.";

/// The name of the forward to the service.
const FORWARD: &str = "language-tool";

/// Checks that the grammar service runs with a real checker.
pub async fn verify(world: &World, url: &ServerUrl) -> Finding {
    let subject = format!("grammar service at {url}");
    match world.ask(&Healthz { url: url.clone() }).await {
        Ok(health) => judge(subject, &health),
        Err(error) => finding::of_error(subject, &error, FORWARD),
    }
}

/// Checks that the service finds the mistakes in a wrong sentence.
pub async fn smoke(world: &World, url: &ServerUrl) -> Finding {
    let subject = format!("grammar of one sentence at {url}");
    let check = Check::new(url.clone(), SENTENCE);
    match world.ask(&check).await {
        Ok(checked) if checked.errors.is_empty() => Finding::fail(
            ids::GRAMMAR_FINDS_NOTHING,
            subject,
            "none of three plain mistakes was found",
        )
        .hint(rebuild()),
        Ok(checked) => {
            let rules: Vec<_> = checked.errors.iter().map(|it| it.rule_id.as_str()).collect();
            let found = format!("{} found: {}", rules.len(), rules.join(", "));
            Finding::pass(
                ids::GRAMMAR_FINDS_MISTAKES,
                subject,
                format!("{found}, in {} ms", checked.processing_time_ms),
            )
        }
        Err(CheckError::Look(error)) => finding::of_error(subject, &error, FORWARD),
        Err(error @ CheckError::Length { .. }) => {
            Finding::unknown(ids::GRAMMAR_NOT_ASKED, subject, &error)
        }
    }
}

/// Judges an answer of `GET /healthz` that was requested elsewhere, such as on the host itself.
pub fn judge_answer(subject: impl Into<String>, status: u16, body: &str) -> Finding {
    let subject = subject.into();
    match serde_json::from_str::<Health>(body) {
        // An unhealthy service answers 503 with the same body.
        Ok(health) if matches!(status, 200 | 503) => judge(subject, &health),
        _ => {
            let detail = format!("the answer ({status}) is not that of the grammar service");
            let first: String = body.chars().take(200).collect();
            Finding::fail(ids::GRAMMAR_ANOTHER_PROGRAM, subject, detail)
                .evidence(first.lines().filter(|it| !it.is_empty()))
        }
    }
}

fn judge(subject: String, health: &Health) -> Finding {
    let Wrapper { implementation, status, recent_output, .. } =
        &health.dependencies.language_tool_wrapper;
    match implementation {
        Implementation::Production if !health.jvm.running => {
            let lines = recent_output.iter().flat_map(|it| it.stderr.iter().chain(&it.stdout));
            Finding::fail(ids::GRAMMAR_JAVA_DOWN, subject, "its Java process is not running")
                .evidence(lines)
                .hint(Hint::Do(
                    "restart it; if Java ran out of memory, give it a larger heap".to_owned(),
                ))
        }
        Implementation::Production if health.status != "healthy" => Finding::fail(
            ids::GRAMMAR_UNHEALTHY,
            subject,
            format!("it is {}, its checker {status}", health.status),
        ),
        Implementation::Production => {
            let heap = health.jvm.heap_used_mb.map(|it| format!(", {it} MB of heap in use"));
            Finding::pass(
                ids::GRAMMAR_HEALTHY,
                subject,
                format!("the real checker{}", heap.unwrap_or_default()),
            )
        }
        Implementation::Stub => {
            let detail = format!("it says `{}`, but is a stub that finds nothing", health.status);
            Finding::fail(ids::GRAMMAR_STUB, subject, detail).hint(rebuild())
        }
        Implementation::Other(word) => Finding::fail(
            ids::GRAMMAR_CHECKER_UNKNOWN,
            subject,
            format!("its checker is `{word}`, which is not known"),
        ),
    }
}

fn rebuild() -> Hint {
    Hint::Do("rebuild its image: the download of LanguageTool into it has failed".to_owned())
}

#[cfg(test)]
mod tests;
