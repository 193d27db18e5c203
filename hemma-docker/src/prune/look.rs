//! What the engine has that nobody needs.

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters::ListImagesOptionsBuilder;
use hemma_core::text::plain;
use hemma_core::{Command, Host, Live, Place, Question};
use serde::{Deserialize, Serialize};

use super::usage::{self, Usage};
use crate::engine::{EngineError, USUAL_LIMIT, call};

/// The engine measures all volumes for it.
const MEASURING: Duration = Duration::from_secs(120);

/// Which images have no name, and how large is the cache of builds?
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookUnused {
    /// Where the engine is.
    pub host: Host,
}

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unused {
    /// The images, the oldest first.
    pub images: Vec<Unnamed>,
    /// What of the cache would be given back, in bytes. `None` if the engine did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<u64>,
}

/// An image that nothing names, nor builds on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnamed {
    /// The engine's id for it.
    pub id: String,
    /// With the layers that others share.
    pub bytes: u64,
    /// What is its own, and so given back. `None` if the engine did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<u64>,
    /// When it was built, in seconds since 1970.
    pub created: i64,
    /// The compose project that it was built for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
}

impl Unused {
    /// Whether there is a cache, as far as is known.
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
            let unnamed = ListImagesOptionsBuilder::new().filters(&filters).build();
            docker.list_images(Some(unnamed)).await
        });
        let (list, usage) = tokio::join!(list, self.usage(live));
        let image = |seen: bollard::models::ImageSummary| Unnamed {
            project: seen.labels.get("com.docker.compose.project").map(|it| plain(it, 60)),
            bytes: u64::try_from(seen.size).unwrap_or(0),
            own: usage.own.get(&seen.id).copied(),
            created: seen.created,
            id: seen.id,
        };
        let mut images: Vec<Unnamed> = list?.into_iter().map(image).collect();
        images.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(Unused { images, cache: usage.cache })
    }
}

impl LookUnused {
    /// By the command line: the shape of the API's answer changed with its version 1.52, and it
    /// tells by itself which part of an image is shared only since 1.42. Not to know how much it is
    /// keeps nobody from giving it back.
    async fn usage(&self, live: &Live) -> Usage {
        let measure = Command::new("docker").args(["system", "df", "-v", "--format", "{{json .}}"]);
        let measure = measure.sudo().limit(MEASURING);
        let output = live.run(&Place::On(self.host.clone()), &measure).await;
        output.map_or_else(|_| Usage::default(), |it| usage::read(&it.stdout))
    }
}
