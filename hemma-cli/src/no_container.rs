//! The error for a service without a container, the same for every verb.

use std::collections::BTreeSet;

use hemma_core::{Hint, Suggestions};
use hemma_deploy::{Config, Remedy};
use hemma_docker::Container;

use crate::Failure;

#[derive(Debug, thiserror::Error)]
#[error("there is no container of a service `{asked}`; {known}")]
struct NoContainer {
    asked: String,
    known: Suggestions,
}

/// Why none of the containers `there` is one of `asked`.
pub(crate) fn no_container(there: &[Container], config: &Config, asked: &str) -> Failure {
    let project = config.compose.project.as_str();
    let labels =
        there.iter().filter(|it| it.belongs_to(project)).filter_map(|it| it.compose.as_ref());
    let services: BTreeSet<&str> = labels.map(|it| it.service.as_str()).collect();
    let nothing_runs = services.is_empty();
    let known = Suggestions::new(asked, services);
    let hint = if nothing_runs {
        Hint::Run("cargo xtask plan".to_owned())
    } else {
        known.hint(Remedy::ShowStatus)
    };
    Failure::known(NoContainer { asked: asked.to_owned(), known }).hint(hint)
}
