//! `[compose]`: the compose project.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{
    ComposeFile, MountPath, NetworkName, OverlayFile, ProfileName, ProjectName, VariablesFile,
    VolumeKey,
};

/// The compose project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ComposeConfig {
    /// The project name, given to every call. Without it `COMPOSE_PROJECT_NAME` of the host's `.env`, or
    /// else the one that Compose makes of the checkout's base name: in lower case, without what a
    /// project's name cannot hold. Where the compose files have another `name:` than the directory, a
    /// deploy asks for this key.
    pub project: ProjectName,
    /// Whether `project` is made of the checkout's base name, because `hemma.toml` has none.
    #[serde(skip)]
    pub project_is_derived: Derived,
    /// Whether `project` is the value of `COMPOSE_PROJECT_NAME` in the host's `.env`.
    #[serde(skip)]
    pub project_is_of_env: Derived,
    /// The compose files in order, relative to the checkout. Given to every call. Without them, those
    /// that Compose finds in the repository on this machine.
    #[schemars(length(min = 1))]
    pub files: Vec<ComposeFile>,
    /// Whether `files` is a guess, because neither `hemma.toml` nor the repository has any.
    #[serde(skip)]
    pub files_are_guessed: Derived,
    /// Further files, added for the services that are reached through a tunnel alone.
    pub research: Vec<ComposeFile>,
    /// A compose file of the operator's own, for what the repository cannot mend. It lies beside the
    /// checkout on the host and comes after all others; paths in it are relative to the checkout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<OverlayFile>,
    /// Files of variables that Compose reads instead of `.env`, in order: what a later one sets counts.
    /// The checks of `[env]` are about `.env` alone. A release keeps those that git does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env_files: Vec<VariablesFile>,
    /// Mounted directories that may be missing or empty, because the application fills them itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub may_be_empty: Vec<MountPath>,
    /// Profiles that are switched on.
    pub profiles: Vec<ProfileName>,
    /// The external network that a reverse proxy of the host shares with its applications. Without it,
    /// there is no such proxy: nothing is asked of one, and no network is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkName>,
    /// Volumes, by their names in the compose files, that may be made empty although the host has
    /// one with the same data under another name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_volumes: Vec<VolumeKey>,
}

impl ComposeConfig {
    /// The files of variables apart from `.env`.
    pub fn other_env_files(&self) -> impl Iterator<Item = &VariablesFile> {
        self.env_files.iter().filter(|it| **it != VariablesFile::default())
    }
}

/// Whether a value was derived and not given. Settings that differ in this alone are equal, and
/// written settings have every value.
#[derive(Debug, Clone, Copy)]
pub struct Derived(pub bool);

impl PartialEq for Derived {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Derived {}

impl Default for ComposeConfig {
    fn default() -> Self {
        Self {
            project: "app".parse().expect("a plain word is a project"),
            project_is_derived: Derived(true),
            project_is_of_env: Derived(false),
            // The first name that Compose looks for.
            files: vec!["compose.yaml".parse().expect("a plain file name is a compose file")],
            files_are_guessed: Derived(false),
            research: Vec::new(),
            overlay: None,
            env_files: Vec::new(),
            may_be_empty: Vec::new(),
            profiles: Vec::new(),
            network: None,
            new_volumes: Vec::new(),
        }
    }
}
