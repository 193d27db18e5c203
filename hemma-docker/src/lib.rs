//! *What runs on the host, what would change, and is it healthy?*

pub mod checkout;
pub mod compose;
mod container;
mod engine;
pub mod health;
mod host_tools;
mod image;
mod listeners;
mod logs;
pub mod network;
pub mod plan;
pub mod preconditions;
pub mod proxy;
pub mod rollout;
mod text;

pub use container::{
    Binding, ComposeLabels, Container, ContainerDetail, ContainerName, ContainerNameError,
    Containers, Health, HealthLog, Inspect, Probe, Protocol, ProxyNames, Restart, Restarted, State,
};
pub use engine::{EngineError, Version, VersionAnswer};
pub use image::{Image, Images};
pub use logs::{LogLine, Logs, Stream};
pub use network::{Network, NetworkCreate, NetworkCreated, Networks};
