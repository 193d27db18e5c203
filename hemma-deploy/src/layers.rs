//! The layers of compose files.

use hemma_core::names::ProfileName;
use hemma_docker::Container;
use hemma_docker::compose::ComposeFiles;

use crate::Config;
use serde::{Deserialize, Serialize};

/// The layers of compose files that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layers {
    /// The files of the application itself.
    Main,
    /// The files of the application itself, and the research files.
    Research,
}

/// The compose files of `config`, with the given layers.
pub fn compose_files(config: &Config, layers: Layers) -> ComposeFiles {
    let compose = &config.compose;
    let research = match layers {
        Layers::Main => &[][..],
        Layers::Research => &compose.research[..],
    };
    ComposeFiles {
        host: config.host.alias.clone(),
        checkout: config.host.checkout.clone(),
        project: compose.project.clone(),
        files: compose.files.iter().chain(research).cloned().collect(),
        overlay: compose.overlay.clone(),
        env_files: compose.env_files.clone(),
        profiles: compose.profiles.clone(),
    }
}

/// Every compose file of `config` with every profile: what is not started today may be tomorrow.
pub fn every_compose_file(config: &Config) -> ComposeFiles {
    let profiles = vec![ProfileName::all()];
    ComposeFiles { profiles, ..compose_files(config, Layers::Research) }
}

/// The layers in force. The research files bind services to localhost ports; if a container was
/// made with them, a deploy without them would take its port away, so they stay in force.
pub(crate) fn layers_in_force(config: &Config, containers: &[Container]) -> Layers {
    let project = config.compose.project.as_str();
    let research = |file: &str| {
        config.compose.research.iter().any(|it| file.rsplit('/').next() == Some(it.as_str()))
    };
    let with_research = |it: &Container| {
        let files = it.compose.as_ref().map(|it| &it.config_files[..]).unwrap_or_default();
        it.belongs_to(project) && files.iter().any(|it| research(it))
    };
    if containers.iter().any(with_research) { Layers::Research } else { Layers::Main }
}
