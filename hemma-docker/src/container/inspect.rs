//! The details of one container: restarts, exit code, output of its health check.

use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::InspectContainerOptions;
use hemma_core::text::plain;
use hemma_core::{Host, Live, Question};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ContainerName;
use super::convert::{count, moment};
use super::health_log::{self, HealthLog};
use crate::engine::{EngineError, USUAL_LIMIT, call};

/// The longest message or name of the engine's that is kept.
const CHARS_MAX: usize = 300;

/// Asks for one container. The answer is `None` if no container has that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspect {
    /// Where the engine is.
    pub host: Host,
    /// The container's name or id.
    pub container: ContainerName,
}

/// The details that the list of containers does not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerDetail {
    /// The number of times that the engine has restarted it since it was created or started by
    /// hand.
    pub restart_count: u32,
    /// The time of the last start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// The time of the last exit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// The last exit code; 0 if the container has never exited.
    pub exit_code: i64,
    /// Whether it was killed because it ran out of memory.
    pub oom_killed: bool,
    /// The engine's message if it could not start the container; otherwise empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// The health check. `None` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthLog>,
    /// The variables that the reverse proxy reads.
    #[serde(default)]
    pub proxy: ProxyNames,
}

/// The three variables that the reverse proxy and its ACME companion read. They are public names;
/// no other variable of a container is ever kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProxyNames {
    /// `VIRTUAL_HOST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_host: Option<String>,
    /// `VIRTUAL_PORT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_port: Option<String>,
    /// `LETSENCRYPT_HOST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letsencrypt_host: Option<String>,
}

impl ProxyNames {
    /// Whether none of the variables is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl ContainerDetail {
    /// How many of the last health checks have passed since the container was started.
    pub fn passed_checks(&self) -> usize {
        let probes = self.health.iter().flat_map(|it| &it.probes);
        let own = probes.filter(|it| it.at.is_none() || it.at >= self.started_at);
        own.filter(|it| it.exit_code == 0).count()
    }
}

impl Question for Inspect {
    const KIND: &'static str = "docker.container";
    type Answer = Option<ContainerDetail>;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<Option<ContainerDetail>, EngineError> {
        let container = self.container.as_str();
        let seen = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            docker.inspect_container(container, None::<InspectContainerOptions>).await
        });
        match seen.await {
            Ok(seen) => Ok(Some(detail(seen))),
            Err(EngineError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn detail(seen: ContainerInspectResponse) -> ContainerDetail {
    let state = seen.state.unwrap_or_default();
    ContainerDetail {
        restart_count: count(seen.restart_count),
        started_at: moment(state.started_at.as_deref()),
        finished_at: moment(state.finished_at.as_deref()),
        exit_code: state.exit_code.unwrap_or_default(),
        oom_killed: state.oom_killed.unwrap_or_default(),
        error: plain(&state.error.unwrap_or_default(), CHARS_MAX),
        health: state.health.and_then(health_log::read),
        proxy: proxy_names(&seen.config.and_then(|it| it.env).unwrap_or_default()),
    }
}

fn proxy_names(env: &[String]) -> ProxyNames {
    let of = |key: &str| {
        let value = env.iter().find_map(|it| it.strip_prefix(key)?.strip_prefix('='))?;
        (!value.is_empty()).then(|| plain(value, CHARS_MAX))
    };
    ProxyNames {
        virtual_host: of("VIRTUAL_HOST"),
        virtual_port: of("VIRTUAL_PORT"),
        letsencrypt_host: of("LETSENCRYPT_HOST"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_environment_only_the_public_names_are_kept() {
        let env = ["JWT_SECRET_KEY=hunter2", "VIRTUAL_HOST=api.example", "VIRTUAL_PORT=", "X"];
        let seen = proxy_names(&env.map(str::to_owned));
        let kept =
            ProxyNames { virtual_host: Some("api.example".to_owned()), ..Default::default() };
        assert_eq!(seen, kept);
    }

    #[test]
    fn the_year_one_is_never() {
        assert_eq!(moment(Some("0001-01-01T00:00:00Z")), None);
        assert_eq!(moment(Some("")), None);
        assert!(moment(Some("2026-02-07T12:00:00.123456789Z")).is_some());
    }
}
