//! Removing unused images and build cache, as the engine's own prunes do.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use bollard::query_parameters::{PruneBuildOptions, PruneImagesOptionsBuilder};
use hemma_core::{Cancel, Change, Host, Live, Progress};
use serde::{Deserialize, Serialize};

use crate::engine::{EngineError, call};

/// Tens of gigabytes in small files take a slow disk a while.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Removes one kind of unused data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prune {
    /// Where the engine is.
    pub host: Host,
    /// The kind of data.
    pub what: What,
}

/// A kind of unused data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Images without a name that no container was made of.
    Images,
    /// The part of the build cache that no image uses.
    BuildCache,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Images => "images without a name",
            Self::BuildCache => "the build cache",
        })
    }
}

/// The result of a prune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reclaimed {
    /// The ids that were removed; for images also those of their layers.
    pub removed: Vec<String>,
    /// The bytes that were freed.
    pub bytes: u64,
}

impl Change for Prune {
    const KIND: &'static str = "docker.prune";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = Reclaimed;
    type Error = EngineError;

    fn describe(&self) -> String {
        format!("remove {} on {}", self.what, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<Reclaimed, EngineError> {
        match self.what {
            What::Images => self.images(live).await,
            What::BuildCache => self.build_cache(live).await,
        }
    }
}

impl Prune {
    async fn images(&self, live: &Live) -> Result<Reclaimed, EngineError> {
        let done = call(live, &self.host, LIMIT, |docker| async move {
            let filters = HashMap::from([("dangling".to_owned(), vec!["true".to_owned()])]);
            let unnamed = PruneImagesOptionsBuilder::new().filters(&filters).build();
            docker.prune_images(Some(unnamed)).await
        });
        let done = done.await?;
        let removed = done.images_deleted.unwrap_or_default();
        let removed = removed.into_iter().filter_map(|it| it.deleted).collect();
        Ok(Reclaimed { removed, bytes: bytes(done.space_reclaimed) })
    }

    async fn build_cache(&self, live: &Live) -> Result<Reclaimed, EngineError> {
        let done = call(live, &self.host, LIMIT, |docker| async move {
            docker.prune_build(None::<PruneBuildOptions>).await
        });
        let done = done.await?;
        let removed = done.caches_deleted.unwrap_or_default();
        Ok(Reclaimed { removed, bytes: bytes(done.space_reclaimed) })
    }
}

fn bytes(told: Option<i64>) -> u64 {
    told.and_then(|it| u64::try_from(it).ok()).unwrap_or(0)
}
