//! The step that the container of one service needs.

use hemma_core::names::ServiceName;
use hemma_docker::compose::{Port, Service};
use hemma_docker::{Binding, Container, Health, State};

use super::differences::{self, named};
use super::seen::{Base, Seen};
use super::{Action, Cause, ContainerAction, Step};

/// The step that brings a service's container to the wanted state, if it needs one. `built` says
/// whether the plan builds its image.
///
/// Every check is made for every container: a newly built image does not mean that the container
/// was ever started.
pub(super) fn step(
    seen: &Seen<'_>,
    name: &ServiceName,
    service: &Service,
    built: bool,
) -> Option<Step> {
    let Some(container) = seen.containers.iter().find(|it| it.is_of(seen.project, name)) else {
        return Some(Step::container(ContainerAction::Create, name, "it has no container yet"));
    };
    let called = container.name.as_str();
    if service.container_name.as_deref().is_some_and(|it| it != called) {
        let reason = format!("its container is called {called}");
        return Some(Step::container(ContainerAction::Replace, name, reason));
    }
    configuration(seen, name, service, container)
        .or_else(|| image(seen, name, service, container, built))
        .or_else(|| state(seen, name, service, container))
}

/// The step for another configuration, which Compose itself notices.
fn configuration(
    seen: &Seen<'_>,
    name: &ServiceName,
    service: &Service,
    container: &Container,
) -> Option<Step> {
    if runs_with_another(seen, name, service, container) {
        let parts = seen.running.get(name);
        let parts = parts.map(|it| differences::from_running(service, it)).unwrap_or_default();
        let usual = || {
            let usual = "it runs with another configuration";
            if parts.is_empty() { usual.to_owned() } else { format!("{usual}: {}", named(&parts)) }
        };
        let reason = binding(service, container).unwrap_or_else(usual);
        let cause = Cause { parts, ..Cause::default() };
        return Some(Step::container(ContainerAction::Recreate, name, reason).because(cause));
    }
    let differ = parts_that_differ(seen, name, service);
    let parts: Vec<String> = differ.into_iter().filter(|it| it != "build").collect();
    (!parts.is_empty()).then(|| {
        let reason = format!("its configuration changed: {}", named(&parts));
        let cause = Cause { parts, ..Cause::default() };
        Step::container(ContainerAction::Recreate, name, reason).because(cause)
    })
}

fn runs_with_another(
    seen: &Seen<'_>,
    name: &ServiceName,
    service: &Service,
    container: &Container,
) -> bool {
    // The hash of another tree than the checkout includes that tree's own directory.
    let checked_out = seen.before.and_then(|it| it.services.get(name)).unwrap_or(service);
    if checked_out.hash.is_empty() {
        // Compose's hash cannot be known; what the container was made with can be compared.
        let parts = seen.running.get(name).map(|it| differences::from_running(checked_out, it));
        return parts.is_some_and(|it| !it.is_empty());
    }
    let runs_with = container.compose.as_ref().and_then(|it| it.config_hash.as_deref());
    runs_with != Some(checked_out.hash.as_str())
}

/// The step for a container whose image is another, or is about to be.
fn image(
    seen: &Seen<'_>,
    name: &ServiceName,
    service: &Service,
    container: &Container,
    built: bool,
) -> Option<Step> {
    if built {
        // Without a known deploy a build may give the same image; the change is seen after it. The
        // same goes for a stuck container, and Compose would leave that one alone.
        let known = seen.base.is_known(name) && stuck(container).is_none();
        return known
            .then(|| Step::container(ContainerAction::Recreate, name, "its image is rebuilt"));
    }
    if seen.moved(&service.image).is_some() {
        return Some(Step::container(ContainerAction::Recreate, name, "its image is pulled again"));
    }
    let is_another = hemma_docker::image::named(seen.images, &service.image)
        .is_some_and(|it| it.id != container.image_id);
    let reason = match seen.base {
        Base::Kept => "that release ran another image",
        _ => "its image was rebuilt since it started",
    };
    is_another.then(|| Step::container(ContainerAction::Recreate, name, reason))
}

/// The step for a container that is made correctly and does not run.
fn state(
    seen: &Seen<'_>,
    name: &ServiceName,
    service: &Service,
    container: &Container,
) -> Option<Step> {
    if let Some(stuck) = stuck(container) {
        return Some(Step::container(ContainerAction::Replace, name, stuck));
    }
    let ended = service.may_end(seen.model) && container.exit_code == Some(0);
    let reason = match (container.state, container.exit_code) {
        (State::Exited, _) if ended => return None,
        (State::Exited, Some(code)) => format!("it exited with {code}"),
        (State::Created, _) => "it was created but never started".to_owned(),
        (State::Exited | State::Stopping, _) => format!("it is {}", container.state.word()),
        _ => return None,
    };
    Some(Step::container(ContainerAction::Start, name, reason))
}

/// Why neither the engine nor Compose can get a container to work again by starting it.
fn stuck(container: &Container) -> Option<String> {
    let reason = match (container.state, container.health) {
        (State::Running, Some(Health::Unhealthy)) => "it is unhealthy".to_owned(),
        (State::Restarting, _) => match container.exit_code {
            Some(code) => format!("it exits with {code} and restarts again and again"),
            None => "it restarts again and again".to_owned(),
        },
        (State::Paused | State::Dead, _) => format!("it is {}", container.state.word()),
        (State::Removing, _) => "it is being removed".to_owned(),
        _ => return None,
    };
    Some(reason)
}

/// Adds the services that lose what they share, or that the files restart with another, where that
/// other one gets a new container.
pub(super) fn with_sharers(seen: &Seen<'_>, steps: &mut Vec<Step>) {
    loop {
        let actions: Vec<_> = steps.iter().filter_map(|it| it.action.container()).collect();
        let of = |name: &str| actions.iter().find(|it| *it.1 == *name).map(|it| it.0);
        let wanted = seen.model.services.iter().filter(|(_, it)| it.replicas > 0);
        let idle = wanted.filter(|(name, _)| of(name).is_none());
        let runs = |name: &ServiceName| {
            let own = seen.containers.iter().find(|it| it.is_of(seen.project, name));
            own.is_some_and(|it| it.state == State::Running)
        };
        let found: Vec<Step> = idle
            .filter(|(name, _)| runs(name))
            .filter_map(|(name, service)| {
                let needed = |(it, shares): (&String, &bool)| Some((it.clone(), *shares, of(it)?));
                let mut moved = service.restarts_with.iter().filter_map(needed);
                moved.find_map(|(it, shares, action)| with(name, (&it, shares, action)))
            })
            .collect();
        if found.is_empty() {
            return;
        }
        steps.extend(found);
        steps.sort_by(|a, b| a.action.service().cmp(&b.action.service()));
    }
}

/// The step of a running service that follows from the step of a service it needs.
fn with(
    name: &ServiceName,
    (needed, shares, action): (&str, bool, ContainerAction),
) -> Option<Step> {
    let (action, reason) = match (action, shares) {
        // The container keeps its id, so Compose would see no difference.
        (ContainerAction::Start, true) => (ContainerAction::Replace, "is started"),
        (ContainerAction::Start, false) => return None,
        (_, true) => (ContainerAction::Recreate, "is replaced"),
        (_, false) => (ContainerAction::Start, "is replaced"),
    };
    let link =
        if shares { "whose network or processes it shares" } else { "which it restarts with" };
    Some(Step::container(action, name, format!("{needed}, {link}, {reason}")))
}

/// The steps as Compose carries them out: it replaces either everything or what it finds changed,
/// so where one container has to be replaced, none is merely started.
pub(super) fn as_carried_out(mut steps: Vec<Step>) -> Vec<Step> {
    let does = |step: &Step, it| step.action.container().is_some_and(|(action, _)| action == it);
    if steps.iter().any(|it| does(it, ContainerAction::Replace)) {
        for step in &mut steps {
            if let Action::Container(action @ ContainerAction::Start, _) = &mut step.action {
                *action = ContainerAction::Replace;
            }
        }
    }
    steps
}

/// The problem with the ports of a running container, if there is one.
pub(super) fn binding(service: &Service, container: &Container) -> Option<String> {
    if container.state != State::Running {
        return None;
    }
    let wants = |binding: &&Binding| {
        service.ports.iter().any(|it| it.published == binding.published.to_string())
    };
    let open = container.ports.iter().find(|it| !it.is_local() && wants(it));
    if let Some(open) = open.filter(|_| service.ports.iter().all(Port::is_local)) {
        return Some(format!("other machines reach it on {}:{}", open.ip, open.published));
    }
    let leads = |it: &Port| container.ports.iter().any(|b| b.published.to_string() == it.published);
    let tcp = |it: &&Port| it.protocol == "tcp" && it.published.parse::<u16>().is_ok();
    let missing = service.ports.iter().filter(tcp).find(|it| !leads(it))?;
    let address = if missing.host_ip.is_empty() { "*" } else { &missing.host_ip };
    Some(format!("{address}:{} on the host does not lead to it", missing.published))
}

/// The parts of a service that the new tree changes.
pub(super) fn parts_that_differ(
    seen: &Seen<'_>,
    name: &ServiceName,
    service: &Service,
) -> Vec<String> {
    let Some(before) = seen.before.and_then(|it| it.services.get(name)) else {
        return Vec::new();
    };
    differences::between(before, service)
}
