//! Containers and names of services for the tests of other crates.
//!
//! This is not behind a feature: wherever tests are compiled with the rest, a feature would have
//! this crate, and every crate above it, compiled twice.

use hemma_core::names::ServiceName;

use crate::compose::{Digests, Model, read_model};
use crate::container::{ComposeLabels, Container, State, read};

/// A container from an entry of the engine's list.
///
/// # Panics
///
/// Where the entry is not one that the engine would list.
pub fn listed(json: serde_json::Value) -> Container {
    let listed = serde_json::from_value(json).expect("what the engine sends");
    read(listed).expect("it has an id, a name and a state")
}

/// A running container, with Compose's labels if given.
///
/// # Panics
///
/// Where no container can have that name.
pub fn running(name: &str, compose: Option<ComposeLabels>) -> Container {
    Container {
        id: name.to_owned(),
        name: name.parse().expect("a container's name"),
        image: String::new(),
        image_id: String::new(),
        state: State::Running,
        health: None,
        exit_code: None,
        since: None,
        status: String::new(),
        created: 0,
        compose,
        ports: Vec::new(),
        networks: Vec::new(),
        volumes: Vec::new(),
    }
}

/// The name of a service.
///
/// # Panics
///
/// Where no service can have that name.
pub fn service_name(name: &str) -> ServiceName {
    name.parse().expect("a service's name")
}

/// The project that Compose printed as JSON in the directory `tree`.
///
/// # Panics
///
/// Where the text is not the output of `docker compose config --format json`.
pub fn model(json: &str, tree: &str) -> Model {
    read_model(json, tree, &Digests::default()).expect("what Compose prints")
}
