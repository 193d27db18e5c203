//! The state of a service at one look. Pure: a list of containers in, a judgement out.

use hemma_core::names::ProjectName;

use super::{Expectation, ExpectedState};
use crate::{Container, ContainerName, Health, State};

/// The state of a service, ordered from good to bad.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// As expected.
    Good(String),
    /// Running, without a health check that could say more.
    Running,
    /// Starting.
    Coming(String),
    /// Exited, and restarted by the engine.
    Restarting(String),
    /// The service has no container, or one that was never started.
    Absent(String),
    /// Failed: it will not become good by itself.
    Bad(String),
}

/// The state of a service, and the container that decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) standing: Standing,
    pub(super) container: Option<ContainerName>,
}

/// Looks at a service. One with several containers is in the state of the worst.
pub(super) fn look_at(
    expected: &Expectation,
    project: &ProjectName,
    containers: &[Container],
) -> Look {
    let own = containers.iter().filter(|it| it.is_of(project.as_str(), &expected.service));
    let stands = own.map(|it| (standing(expected.state, it), it));
    match stands.max_by(|a, b| a.0.cmp(&b.0)) {
        Some((standing, it)) => Look { standing, container: Some(it.name.clone()) },
        None => Look { standing: absent(expected, containers), container: None },
    }
}

fn absent(expected: &Expectation, containers: &[Container]) -> Standing {
    let name = expected.container.as_deref();
    let holder = containers.iter().find(|it| Some(it.name.as_str()) == name);
    Standing::Absent(match holder.map(|it| it.compose.as_ref()) {
        None => "it has no container".to_owned(),
        Some(None) => "its name is taken by a container that Compose did not make".to_owned(),
        Some(Some(it)) => format!("its name is taken by service {} of {}", it.service, it.project),
    })
}

fn standing(expected: ExpectedState, container: &Container) -> Standing {
    let exit_code = container.exit_code;
    let exited = exit_code.map_or("exited".to_owned(), |code| format!("exited {code}"));
    match (container.state, expected) {
        (State::Exited, ExpectedState::Completed | ExpectedState::RunningOrCompleted)
            if exit_code == Some(0) =>
        {
            Standing::Good(exited)
        }
        (State::Exited, _) => Standing::Bad(exited),
        (State::Running | State::Restarting, ExpectedState::Completed) => {
            Standing::Coming("running".to_owned())
        }
        (State::Running, _) => running(expected, container),
        (State::Restarting, _) => Standing::Restarting(format!("restarting, {exited}")),
        (State::Created, _) => Standing::Absent("created, but not started".to_owned()),
        (State::Removing | State::Stopping, _) => Standing::Absent(container.state.word().into()),
        (State::Paused | State::Dead, _) => Standing::Bad(container.state.word().into()),
    }
}

fn running(expected: ExpectedState, container: &Container) -> Standing {
    let up = container.since.as_deref().map(|it| format!(", up {it}")).unwrap_or_default();
    match (container.health, expected) {
        (Some(Health::Healthy), _) => Standing::Good(format!("healthy{up}")),
        (Some(Health::Unhealthy), _) => Standing::Bad("unhealthy".to_owned()),
        (Some(Health::Starting), ExpectedState::Healthy { .. }) => {
            Standing::Coming("starting".to_owned())
        }
        // The image brings a health check that the compose file does not rely on: its patience is
        // unknown.
        (Some(Health::Starting) | None, _) => Standing::Running,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::health::tests::{expectation, seen};

    #[test]
    fn each_state_has_its_standing() {
        let healthy = ExpectedState::Healthy { patience: Duration::from_secs(60) };
        let (running, completed) = (ExpectedState::Running, ExpectedState::Completed);
        let either = ExpectedState::RunningOrCompleted;
        let rows = [
            (healthy, "Up 5 minutes (healthy)", Standing::Good("healthy, up 5 minutes".into())),
            (healthy, "Up 2 seconds (health: starting)", Standing::Coming("starting".into())),
            (healthy, "Up 2 minutes (unhealthy)", Standing::Bad("unhealthy".into())),
            (healthy, "Up 2 minutes", Standing::Running),
            (healthy, "Exited (0) 3 seconds ago", Standing::Bad("exited 0".into())),
            (healthy, "Created", Standing::Absent("created, but not started".into())),
            (healthy, "Up 2 minutes (Paused)", Standing::Bad("paused".into())),
            (running, "Up 2 minutes", Standing::Running),
            (running, "Up 2 minutes (unhealthy)", Standing::Bad("unhealthy".into())),
            (running, "Up 2 minutes (health: starting)", Standing::Running),
            (
                running,
                "Restarting (3) 2 seconds ago",
                Standing::Restarting("restarting, exited 3".into()),
            ),
            (either, "Up 2 minutes", Standing::Running),
            (either, "Exited (0) 3 seconds ago", Standing::Good("exited 0".into())),
            (either, "Exited (3) 3 seconds ago", Standing::Bad("exited 3".into())),
            (completed, "Up 2 seconds", Standing::Coming("running".into())),
            (completed, "Exited (0) 3 seconds ago", Standing::Good("exited 0".into())),
            (completed, "Exited (3) 3 seconds ago", Standing::Bad("exited 3".into())),
            (completed, "Dead", Standing::Bad("dead".into())),
        ];
        let project = "huleedu".parse::<ProjectName>().expect("a project");
        for (state, status, expected) in rows {
            let look = look_at(&expectation("web", state), &project, &[seen("web", status)]);
            assert_eq!(look.standing, expected, "{state:?}, {status}");
        }
    }

    #[test]
    fn the_worst_container_of_the_right_project_counts() {
        let project = "huleedu".parse::<ProjectName>().expect("a project");
        let expected = expectation("web", ExpectedState::Running);
        let mut twin = seen("web", "Exited (1) 2 seconds ago");
        twin.name = "huleedu_web_2".parse().expect("a container's name");
        let look = look_at(&expected, &project, &[seen("web", "Up 2 seconds"), twin.clone()]);
        assert_eq!(look.container.as_ref(), Some(&twin.name));

        let mut stray = seen("web", "Up 3 days");
        stray.compose = None;
        let look = look_at(&expected, &project, &[stray]);
        let taken = "its name is taken by a container that Compose did not make";
        assert_eq!(look.standing, Standing::Absent(taken.to_owned()));
    }
}
