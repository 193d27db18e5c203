//! Failures in words.

use hemma_core::storage;
use hemma_core::{Finding, Hint, Report};
use hemma_docker::compose::BuildError;

use super::Error;
use crate::Remedy;
use crate::ids;

/// The failures of services that are taken back: `logs` would show the log of their replacements.
pub(super) fn gone(failed: Report) -> Report {
    let fix = |it: Finding| {
        if shows_its_log(&it) { it.remedy(Remedy::FixAndDeploy) } else { it }
    };
    failed.problems().map(fix).collect()
}

fn shows_its_log(finding: &Finding) -> bool {
    let Some(Hint::Remedy(remedy)) = &finding.hint else { return false };
    matches!(remedy.get(), Some(hemma_docker::Remedy::ShowLogs(_)))
}

/// The report of a failed build. An unknown end of a build stays an error.
pub(super) fn build_failed(error: BuildError) -> Result<Report, Error> {
    let BuildError::Failed { host, services, last_lines, .. } = error else {
        return Err(Error::Build(error));
    };
    let at = last_lines.first().filter(|it| it.starts_with("step "));
    let at = at.and_then(|it| it.split_once(':')).map(|it| format!(" at {}", it.0));
    let at = at.unwrap_or_default();
    let of = || format!("of {}", services.join(" or "));
    let what = if services.is_empty() { "it".to_owned() } else { of() };
    let detail = format!("{what} failed{at}; the containers that ran before still run");
    let usual = || Remedy::FixAndDeploy.into();
    let hint = storage::hint(&host, &last_lines.join("\n")).unwrap_or_else(usual);
    Ok(Report::from_iter([Finding::fail(ids::BUILD_FAILED, "build", detail)
        .hint(hint)
        .evidence(last_lines)]))
}
