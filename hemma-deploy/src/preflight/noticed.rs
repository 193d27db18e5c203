//! What was noticed in the files of a repository, in words: what surely fails stops a deploy, what is
//! likely to fail is a remark.

use std::collections::BTreeSet;

use hemma_core::{Finding, FindingId, Hint};
use hemma_docker::compose::Model;

use super::{Offer, Preflight, Sources};
use crate::ids;
use crate::reads::{Notice, Noticed};

/// The findings that stop a deploy.
pub(super) fn findings(model: &Model, preflight: &Preflight) -> Vec<Finding> {
    let finding = |it: &Noticed| {
        let (id, subject, hint) = certain(it, preflight)?;
        let detail = words(&it.notice, model)?;
        let finding = Finding::fail(id, subject, detail);
        Some(finding.evidence(it.spots.iter().map(ToString::to_string)).hint(Hint::Do(hint)))
    };
    preflight.seen.noticed.iter().filter_map(finding).collect()
}

/// The remarks that do not stop a deploy.
pub(super) fn remarks(model: &Model, preflight: &Preflight) -> Vec<String> {
    let remark = |it: &Noticed| {
        let subject = subject(&it.notice);
        let words = words(&it.notice, model)?;
        let spots: Vec<String> = it.spots.iter().map(ToString::to_string).collect();
        let spots =
            if spots.is_empty() { String::new() } else { format!(" ({})", spots.join(", ")) };
        Some(format!("{subject}: {words}{spots}"))
    };
    let likely = preflight.seen.noticed.iter().filter(|it| certain(it, preflight).is_none());
    likely.filter_map(remark).collect()
}

/// How an image is built that the repository has the means for, and where that is seen.
pub(super) fn how_to_build(image: &str, seen: &Sources) -> Option<(String, Vec<String>)> {
    seen.noticed.iter().find_map(|it| {
        let advice = match &it.notice {
            Notice::BaseBuiltHere { image: own, command, guessed } if own == image => {
                let doubt = if *guessed { ", as it seems from the name of the Dockerfile" } else { "" };
                format!("the repository builds it{doubt}: in the checkout on the host, `sudo {command}`")
            }
            Notice::BaseOfService { image: own, service } if own == image => format!(
                "the service {service} builds it, and is not deployed: in the checkout on the host, \
                 `sudo docker compose build {service}` with the compose files of the deploy"
            ),
            _ => return None,
        };
        Some((advice, it.spots.iter().map(ToString::to_string).collect()))
    })
}

/// The id, the subject and the advice of what surely fails.
fn certain(it: &Noticed, preflight: &Preflight) -> Option<(FindingId, String, String)> {
    // An image that the host has already is not built again by a deploy.
    let offer = |image: &String| preflight.offers.get(image).is_some_and(|it| *it != Offer::There);
    if !it.of_base.as_ref().is_none_or(offer) {
        return None;
    }
    let (id, hint) = match &it.notice {
        Notice::ScriptMissing { certain: true, file, .. } => (
            ids::START_SCRIPT_MISSING,
            format!("add the script to {file}, or name another `command:` in the compose files"),
        ),
        Notice::LockLacks { fails: true, lock, .. } => {
            (ids::PACKAGES_NOT_LOCKED, format!("lock again with all groups, and commit {lock}"))
        }
        Notice::LockOutdated { lock, .. } => {
            (ids::PACKAGES_NOT_LOCKED, format!("install once without the lock, and commit {lock}"))
        }
        Notice::LockMissing { lock, command } => (
            ids::PACKAGES_LOCK_MISSING,
            format!("commit {lock}, or install with something else than `{command}`"),
        ),
        Notice::Platform { certain: true, .. } => (
            ids::IMAGE_PLATFORM_FOREIGN,
            "remove `platform:` in the compose files, or install qemu-user-static on the host"
                .to_owned(),
        ),
        _ => return None,
    };
    Some((id, subject(&it.notice), hint))
}

fn subject(notice: &Notice) -> String {
    match notice {
        Notice::BaseBuiltHere { image, .. } | Notice::BaseOfService { image, .. } => {
            format!("image {image}")
        }
        Notice::ScriptMissing { service, .. }
        | Notice::FileMissing { service, .. }
        | Notice::ToolMissing { service, .. }
        | Notice::Platform { service, .. }
        | Notice::SecretNotGiven { signer: service, .. } => format!("service {service}"),
        Notice::VariableMissed { set: variable, .. } | Notice::SecretsDiffer { variable, .. } => {
            format!("variable {variable}")
        }
        Notice::LockLacks { lock, .. }
        | Notice::LockOutdated { lock, .. }
        | Notice::LockMissing { lock, .. } => lock.clone(),
        Notice::MigrationsNotRun { tool, .. } => format!("migrations of {tool}"),
        Notice::TooLarge => "repository".to_owned(),
    }
}

/// What was noticed. An image that the repository builds is only worth a word where it is missing.
fn words(notice: &Notice, model: &Model) -> Option<String> {
    Some(match notice {
        Notice::BaseBuiltHere { .. } | Notice::BaseOfService { .. } => return None,
        Notice::ScriptMissing { service, command, file, certain } => {
            let likely = if *certain { "" } else { "likely to fail: " };
            format!(
                "{likely}it starts with `{command}`, and {file} has no such script{}",
                waiting(&[service], model)
            )
        }
        Notice::FileMissing { service, command, file, elsewhere } => {
            let elsewhere = elsewhere.as_ref().map(|it| format!("; the repository has {it}"));
            format!(
                "likely to fail: it starts with `{command}`, and no COPY of its Dockerfile brings {file}{}{}",
                elsewhere.unwrap_or_default(),
                waiting(&[service], model)
            )
        }
        Notice::VariableMissed { reads, .. } => {
            let services: Vec<&String> = reads.iter().map(|it| &it.0).collect();
            let reads: Vec<String> =
                reads.iter().map(|it| format!("{} reads {}", it.0, it.1)).collect();
            format!(
                "the compose files set it, and these services read another name, which is not set: {}{}",
                reads.join(", "),
                waiting(&services, model)
            )
        }
        Notice::SecretNotGiven { verifiers, variable, .. } => format!(
            "it signs tokens and does not get {variable}, which {} with",
            match &verifiers[..] {
                [one] => format!("{one} verifies them"),
                all => format!("{} verify them", all.join(", ")),
            }
        ),
        Notice::SecretsDiffer { services, .. } => {
            format!(
                "{} get different values: one signs tokens, the other verifies them",
                services.join(" and ")
            )
        }
        Notice::LockLacks { groups, command, fails, .. } => {
            let end = if *fails { "installs" } else { "lists, and would list nothing for them" };
            format!("it does not have these groups, which `{command}` {end}: {}", groups.join(", "))
        }
        Notice::LockOutdated { names, command, .. } => format!(
            "it is older than package.json, so `{command}` refuses it: it does not have {}",
            names.join(", ")
        ),
        Notice::LockMissing { command, .. } => {
            format!("the repository does not have it, so `{command}` fails")
        }
        Notice::ToolMissing { tool, base, .. } => format!(
            "likely to stay unhealthy: its health check runs {tool}, which {base} does not have and its \
             Dockerfile does not install"
        ),
        Notice::MigrationsNotRun { services, command, .. } => format!(
            "nothing applies them, so tables may be missing; for each of these services, after the deploy: \
             `{command}`: {}",
            services.join(", ")
        ),
        Notice::Platform { platform, processor, certain, .. } => {
            let end = if *certain { ", which runs nothing else" } else { "" };
            format!("it is for {platform}, and the host's processor is {processor}{end}")
        }
        Notice::TooLarge => {
            "it has too many files to say which ones a command or a COPY lacks".to_owned()
        }
    })
}

/// The services that wait until one of these is healthy, and those that wait for them in turn.
fn waiting(services: &[&String], model: &Model) -> String {
    let mut known: BTreeSet<&str> = services.iter().map(|it| it.as_str()).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    loop {
        let waits = |it: &hemma_docker::compose::Service| {
            it.replicas > 0
                && it
                    .depends_on
                    .iter()
                    .any(|it| known.contains(it.0.as_str()) && it.1 != "service_started")
        };
        let more = model.services.iter().filter(|it| waits(it.1)).map(|it| it.0.as_str());
        let more: Vec<&str> = more.filter(|it| !known.contains(it)).collect();
        if more.is_empty() {
            break;
        }
        known.extend(more.iter().copied());
        found.extend(more);
    }
    let found: Vec<&str> = found.into_iter().collect();
    if found.is_empty() {
        String::new()
    } else {
        format!("; these services wait for it: {}", found.join(", "))
    }
}
