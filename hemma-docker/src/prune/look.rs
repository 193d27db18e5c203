//! Images and build cache that are not used.

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters::ListImagesOptionsBuilder;
use hemma_core::text::plain;
use hemma_core::{Command, Host, Live, Place, Question};
use serde::{Deserialize, Serialize};

use super::usage::{self, Usage};
use crate::engine::{EngineError, USUAL_LIMIT, call};

/// The time limit: the engine measures all volumes for the answer.
const MEASURING: Duration = Duration::from_secs(120);

/// Which images have no name, and how large is the build cache?
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookUnused {
    /// Where the engine is.
    pub host: Host,
}

/// The unused data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unused {
    /// The images, the oldest first.
    pub images: Vec<Unnamed>,
    /// The bytes of the cache that a prune would free. `None` if the engine did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<u64>,
}

/// An image without a name that no other image builds on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnamed {
    /// The engine's id of the image.
    pub id: String,
    /// The image's size, including the layers that others share.
    pub bytes: u64,
    /// The size that only this image uses, and a prune frees. `None` if the engine did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<u64>,
    /// The time when it was built, in seconds since 1970.
    pub created: i64,
    /// The compose project that the image was built for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
}

impl Unused {
    /// Whether there is a build cache, as far as is known.
    pub fn has_cache(&self) -> bool {
        self.cache != Some(0)
    }
}

impl Question for LookUnused {
    const KIND: &'static str = "docker.unused";
    type Answer = Unused;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<Unused, EngineError> {
        let filters = HashMap::from([("dangling".to_owned(), vec!["true".to_owned()])]);
        let list = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            let unnamed = ListImagesOptionsBuilder::new().filters(&filters).manifests(true).build();
            docker.list_images(Some(unnamed)).await
        });
        let (list, mut usage) = tokio::join!(list, self.usage(live));
        let mut list = list?;
        // Only containerd's store tells the parts of an image.
        if list.iter().any(|it| it.manifests.is_some()) {
            usage.own = self.unpacked(live).await;
            for it in &mut list {
                it.size = usage::unpacked(it);
            }
        }
        let image = |seen: bollard::models::ImageSummary| Unnamed {
            project: seen.labels.get("com.docker.compose.project").map(|it| plain(it, 60)),
            bytes: u64::try_from(seen.size).unwrap_or(0),
            own: usage.own.get(&seen.id).copied(),
            created: seen.created,
            id: seen.id,
        };
        let mut images: Vec<Unnamed> = list.into_iter().map(image).collect();
        images.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(Unused { images, cache: usage.cache })
    }
}

impl LookUnused {
    /// Asks the command line: the shape of the API's answer changed with its version 1.52, and it
    /// says only since 1.42 which part of an image is shared. Without an answer the prune is still
    /// possible.
    async fn usage(&self, live: &Live) -> Usage {
        let measure = Command::new("docker").args(["system", "df", "-v", "--format", "{{json .}}"]);
        let measure = measure.sudo().limit(MEASURING);
        let output = live.run(&Place::On(self.host.clone()), &measure).await;
        output.map_or_else(|_| Usage::default(), |it| usage::read(&it.stdout))
    }

    /// The bytes of each image that no other shares, in containerd's store. All images are listed,
    /// because what is shared is counted among those that are.
    async fn unpacked(&self, live: &Live) -> HashMap<String, u64> {
        let list = call(live, &self.host, MEASURING, |docker| async move {
            let all = ListImagesOptionsBuilder::new().shared_size(true).manifests(true).build();
            docker.list_images(Some(all)).await
        });
        list.await.map_or_else(|_| HashMap::new(), |it| usage::own_unpacked(&it))
    }
}
