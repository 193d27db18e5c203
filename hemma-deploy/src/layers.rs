//! The layers of compose files.

use hemma_core::names::ProfileName;
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
        profiles: compose.profiles.clone(),
    }
}

/// Every compose file of `config` with every profile: what is not started today may be tomorrow.
pub fn every_compose_file(config: &Config) -> ComposeFiles {
    let profiles = vec![ProfileName::all()];
    ComposeFiles { profiles, ..compose_files(config, Layers::Research) }
}
