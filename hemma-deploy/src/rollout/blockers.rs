//! The problems in a situation that stop a deploy.

use hemma_core::{Finding, FindingId, Hint, Report, Verdict, storage};
use hemma_docker::compose::{Model, ModelAnswer, Refusal};
use hemma_git::checkout::{self, Checkout};

use super::{Situation, conflicts};
use crate::config::{Config, Surroundings};
use crate::{ids, preflight};

impl Situation {
    /// The findings that stop a deploy: problems that the plan does not solve, and looks that
    /// failed.
    pub fn blockers(&self) -> Report {
        if let Some(report) = self.tools.out_of_reach() {
            return report;
        }
        let mut findings = self.tools.findings.clone();
        match &self.checkout {
            // Reported already, and the checkout could say no more.
            _ if !self.tools.has_git => {}
            Ok(seen) => findings.extend(self.checkout_findings(seen)),
            Err(error) => {
                findings.push(self.unknown(hemma_git::ids::CHECKOUT_UNSEEN, "checkout", error));
            }
        }
        if self.tools.are_well() {
            findings.extend(self.engine_findings());
            findings.extend(self.prerequisites.blockers(&self.config));
        }
        findings.into_iter().filter(|it| it.verdict != Verdict::Pass).collect()
    }

    /// Whether there is nothing to bring a part of the application up from. A whole deploy would
    /// clone it.
    fn lacks_files(&self) -> bool {
        let none = matches!(self.checkout, Ok(Checkout::Missing { .. } | Checkout::Plain { .. }));
        none && !self.scope.brings_commits()
    }

    fn checkout_findings(&self, seen: &Checkout) -> Vec<Finding> {
        match seen {
            Checkout::Missing { dir, .. } | Checkout::Plain { dir, .. } if self.lacks_files() => {
                let finding = Finding::fail(
                    hemma_git::ids::CHECKOUT_MISSING,
                    "checkout",
                    format!("{dir} is not a checkout yet"),
                );
                vec![finding.remedy(hemma_git::Remedy::CloneRepository)]
            }
            seen => checkout::findings(&(&self.config).into(), seen),
        }
    }

    /// The findings about Compose and the engine, except those that the `.env` explains.
    fn engine_findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let unusable = matches!(self.checkout, Ok(Checkout::Unusable { .. }) | Err(_));
        match &self.model {
            _ if self.lacks_files() => {}
            Ok(ModelAnswer::Resolved(model)) => {
                findings.extend(self.objections.clone());
                findings.extend(conflicts::find(self, model));
                findings.extend(self.preflight(model));
            }
            Ok(ModelAnswer::Refused(refusal))
                if refusal
                    .cause()
                    .is_some_and(|it| self.prerequisites.explain(&self.config, it)) => {}
            Ok(ModelAnswer::Refused(refusal)) => findings.push(refused(&self.config, refusal)),
            // Reported already, as the state of the checkout or of its remote.
            Err(_) if unusable || !findings.is_empty() => {}
            Err(error) => {
                findings.push(self.unknown(ids::COMPOSE_FILES_UNSEEN, "compose files", error));
            }
        }
        let looks = [
            ("containers", self.containers.as_ref().err()),
            ("networks", self.networks.as_ref().err()),
            ("images", self.images.as_ref().err()),
        ];
        let failed = looks.into_iter().find_map(|(name, error)| Some((name, error?)));
        if let Some((name, error)) = failed {
            findings.push(Finding::unknown(ids::DOCKER_LISTS_UNSEEN, name, error));
        }
        if let Err(error) = &self.listeners {
            findings.push(Finding::unknown(ids::PORT_UNSEEN, "ports", error));
        }
        if let Err(error) = &self.release {
            findings.push(Finding::unknown(ids::RELEASE_UNSEEN, "release", error));
        }
        if let Err(error) = &self.unproven {
            findings.push(Finding::unknown(ids::RELEASE_PROOF_UNSEEN, "release", error));
        }
        findings
    }

    /// Whether something else on the host has a container name or a port that the project wants. It
    /// may be a container of the application that was started in another way.
    pub fn is_contended(&self) -> bool {
        let taken = |model| !conflicts::taken(self, model).is_empty();
        self.tools.are_well() && self.model().is_some_and(taken)
    }

    fn unknown(&self, id: FindingId, subject: &str, error: &dyn std::error::Error) -> Finding {
        storage::unknown(&self.config.host.alias, id, subject, error)
    }

    fn preflight(&self, model: &Model) -> Vec<Finding> {
        let mut findings = match &self.sources {
            None => Vec::new(),
            Some(Err(error)) => vec![self.unknown(ids::REPOSITORY_UNSEEN, "repository", error)],
            Some(Ok(preflight)) => preflight.findings(&self.config, model),
        };
        match (&self.pins, &self.images) {
            (Some(Ok(release)), Ok(images)) => {
                findings.extend(preflight::not_pinned(model, release.as_ref(), images));
                // What tags name elsewhere is only said.
                return findings;
            }
            (Some(Err(error)), _) if !self.scope.is_whole() => {
                findings.push(Finding::unknown(ids::RELEASE_UNSEEN, "release", error));
                return findings;
            }
            (Some(_), _) => return findings,
            (None, _) => {}
        }
        match (&self.tags, &self.images) {
            (Some(Err(error)), _) => {
                findings.push(self.unknown(ids::IMAGE_TAG_UNSEEN, "images", error));
            }
            (Some(Ok(tags)), Ok(images)) => findings.extend(preflight::tag_findings(tags, images)),
            _ => {}
        }
        findings
    }
}

/// The finding that Compose refuses its files. Where their names are a guess, the names that were
/// looked for are said, and not the guess.
fn refused(config: &Config, refusal: &Refusal) -> Finding {
    let finding = refusal.finding();
    if !config.compose.files_are_guessed.0 || !refusal.said.contains("no such file") {
        return finding;
    }
    let detail = format!(
        "the repository has no {}, and hemma.toml names no other file",
        Surroundings::no_compose_file()
    );
    let hint = "add `files = [\"…\"]` to [compose] in hemma.toml";
    Finding::fail(finding.id, "compose files", detail).hint(Hint::Do(hint.to_owned()))
}
