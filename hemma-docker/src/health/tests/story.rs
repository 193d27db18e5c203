//! A cassette that is written look by look.

use bollard::models::ContainerSummary;
use hemma_core::{Cassette, Exchange, Host, Origin, Question, Scene, World};
use serde_json::json;

use crate::container::{HealthLog, Probe};
use crate::health::{Expectation, ExpectedState};
use crate::{
    Container, ContainerDetail, Containers, EngineError, Health, Inspect, LogLine, Logs, Stream,
};

pub(in crate::health) fn expectation(service: &str, state: ExpectedState) -> Expectation {
    let container = Some(format!("huleedu_{service}"));
    Expectation { service: service.to_owned(), container, state }
}

/// A container as the engine lists it.
pub(crate) fn seen(service: &str, status: &str) -> Container {
    let state = match status.split(' ').next() {
        Some("Up") if status.ends_with("(Paused)") => "paused",
        Some("Up") => "running",
        Some("Removal") => "removing",
        _ => &status.split(' ').next().unwrap_or_default().to_lowercase(),
    };
    let listed: ContainerSummary = serde_json::from_value(json!({
        "Id": format!("id-{service}"),
        "Names": [format!("/huleedu_{service}")],
        "State": state,
        "Status": status,
        "Labels": {
            "com.docker.compose.project": "huleedu",
            "com.docker.compose.service": service,
        },
    }))
    .expect("what the engine sends");
    crate::container::read(listed).expect("it has an id, a name and a state")
}

pub(super) fn host() -> Host {
    "hemma".parse().expect("a plain word")
}

fn exchange<Q: Question>(asked: &Q, answer: &Result<Q::Answer, Q::Error>) -> Exchange {
    let json = |it: serde_json::Result<serde_json::Value>| it.expect("plain values");
    let (answer, error) = match answer {
        Ok(answer) => (Some(json(serde_json::to_value(answer))), None),
        Err(error) => (None, Some(json(serde_json::to_value(error)))),
    };
    Exchange {
        kind: Q::KIND.to_owned(),
        at_ms: 0,
        took_ms: 0,
        progress: Vec::new(),
        asked: json(serde_json::to_value(asked)),
        answer,
        error,
    }
}

/// Looks of the engine's list: `service: status`, one string for each look.
#[derive(Default)]
pub(super) struct Story(Vec<Exchange>);

impl Story {
    pub(super) fn look(mut self, listed: &str) -> Self {
        let lines = listed.split(';').filter_map(|it| it.trim().split_once(": "));
        let containers = lines.map(|(service, status)| seen(service, status)).collect();
        self.0.push(exchange(&Containers { host: host() }, &Ok(containers)));
        self
    }

    pub(super) fn looks(self, count: usize, listed: &str) -> Self {
        (0..count).fold(self, |story, _| story.look(listed))
    }

    pub(super) fn error(mut self, error: EngineError) -> Self {
        self.0.push(exchange(&Containers { host: host() }, &Err(error)));
        self
    }

    pub(super) fn inspected(self, service: &str, restart_count: u32, exit_code: i64) -> Self {
        let detail = ContainerDetail { restart_count, exit_code, ..Default::default() };
        self.detailed(service, detail)
    }

    /// The engine calls the service healthy; its health check passed so often, and then failed so
    /// often.
    pub(super) fn checked(self, service: &str, passed: usize, failing: usize) -> Self {
        let probe = |exit_code| Probe { at: None, exit_code, output: String::new() };
        let probes = [vec![probe(0); passed], vec![probe(1); failing]].concat();
        let failing_streak = u32::try_from(failing).expect("a few");
        let health = HealthLog { status: Health::Healthy, failing_streak, probes };
        self.detailed(service, ContainerDetail { health: Some(health), ..Default::default() })
    }

    fn detailed(mut self, service: &str, detail: ContainerDetail) -> Self {
        let container = format!("huleedu_{service}").parse().expect("a container's name");
        self.0.push(exchange(&Inspect { host: host(), container }, &Ok(Some(detail))));
        self
    }

    pub(super) fn logged(mut self, service: &str, text: &str) -> Self {
        let container = format!("huleedu_{service}").parse().expect("a container's name");
        let logs = Logs { host: host(), container, tail: 20, since: None };
        let line = LogLine { at: None, stream: Stream::Stderr, text: text.to_owned() };
        self.0.push(exchange(&logs, &Ok(Some(vec![line]))));
        self
    }

    pub(super) fn world(self) -> World {
        let scene = Scene {
            typed: String::new(),
            origin: Origin::Hand,
            now: jiff::Timestamp::UNIX_EPOCH,
            tool: "docker 27.5.1".to_owned(),
            config: String::new(),
        };
        // Through the text of a cassette, as the real ones go.
        let text = Cassette { scene, exchange: self.0 }.to_string();
        World::replay(text.parse().expect("what was just written"))
    }
}
