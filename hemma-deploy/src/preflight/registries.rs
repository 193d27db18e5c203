//! Asking registries about images, from the host, which will pull them.

use std::collections::BTreeMap;
use std::time::Duration;

use hemma_core::script::SCRATCH;
use hemma_core::{Command, Host, Live, Place};
use hemma_docker::registry::MANIFEST;

use super::SourcesError;

/// A script, its name, and how one line of its output is read.
pub(super) struct Asked<T> {
    /// The script, which has the images as its parameters and `manifest` to ask with.
    pub(super) script: &'static str,
    /// The name of the script in messages and recordings.
    pub(super) name: &'static str,
    /// Reads a line: the image, and the answer about it.
    pub(super) read: fn(&str) -> Option<(String, T)>,
}

impl<T> Asked<T> {
    /// The registries' answers by image.
    pub(super) async fn about(
        &self,
        images: &[String],
        host: &Host,
        live: &Live,
    ) -> Result<BTreeMap<String, T>, SourcesError> {
        let script = format!("{SCRATCH}{MANIFEST}{}", self.script);
        let command = Command::script(&script, images.iter().cloned())
            .named(self.name)
            .limit(Duration::from_secs(180));
        match live.run(&Place::On(host.clone()), &command).await {
            Ok(output) => Ok(output.stdout.lines().filter_map(self.read).collect()),
            Err(source) => Err(SourcesError::Ask { host: host.clone(), source }),
        }
    }
}
