//! The expected state of each service, by its compose file.

use hemma_docker::compose::Model;
use hemma_docker::health::{Expectation, ExpectedState};

/// One expectation for each service that should have a container.
pub(super) fn expectations(model: &Model) -> Vec<Expectation> {
    let wanted = model.services.iter().filter(|(_, it)| it.replicas > 0);
    wanted
        .map(|(name, service)| Expectation {
            service: name.to_string(),
            container: service.container_name.clone(),
            state: if service.is_one_shot(model) {
                ExpectedState::Completed
            } else if let Some(check) = &service.healthcheck {
                ExpectedState::Healthy { patience: check.patience() }
            } else if service.may_end(model) {
                ExpectedState::RunningOrCompleted
            } else {
                ExpectedState::Running
            },
        })
        .collect()
}
