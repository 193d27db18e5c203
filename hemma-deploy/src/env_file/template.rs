//! What a `.env` lacks of the example that the repository has: a hint, and no rule.

use std::collections::BTreeSet;

use hemma_core::names::EnvKey;
use hemma_docker::compose::dotenv::Obstacle;

use crate::Config;

use super::look::{EnvAnswer, Judged};

/// The remark about what the file lacks of the repository's example, for a deploy.
pub(crate) fn template_remark(config: &Config, answer: &EnvAnswer) -> Option<String> {
    match answer {
        EnvAnswer::Judged(judged) => of_template(config, &keys(judged)),
        EnvAnswer::Obstacle(Obstacle::Missing) => of_template(config, &BTreeSet::new()),
        EnvAnswer::Obstacle(_) | EnvAnswer::Malformed(_) => None,
    }
}

/// The keys that a file has.
pub(super) fn keys(judged: &Judged) -> BTreeSet<&str> {
    judged.keys.iter().map(String::as_str).collect()
}

/// The keys of the repository's example that a file with these keys lacks. An example has keys for
/// every way of running an application, so they are a hint.
pub(super) fn of_template(config: &Config, there: &BTreeSet<&str>) -> Option<String> {
    let template = config.env.template.as_ref()?;
    let optional = |it: &&EnvKey| config.env.optional.contains(it);
    let lacking = template.keys.iter().filter(|it| !there.contains(it.as_str()));
    let lacking: Vec<&EnvKey> = lacking.filter(|it| !optional(it)).collect();
    let shown = lacking.iter().take(LACKING_MAX).map(ToString::to_string).collect::<Vec<_>>();
    let more = lacking.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} others") } else { String::new() };
    let file = &template.file;
    (!shown.is_empty()).then(|| {
        format!("{file} of the repository has keys that .env lacks: {}{more}", shown.join(", "))
    })
}

/// The largest number of keys that the remark names.
const LACKING_MAX: usize = 12;
