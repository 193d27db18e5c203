//! The images on a host.

use bollard::query_parameters::ListImagesOptions;
use hemma_core::{Host, Live, Question};
use serde::{Deserialize, Serialize};

use crate::engine::{EngineError, USUAL_LIMIT, call};

/// Asks for all images on a host, without the layers between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Images {
    /// Where the engine is.
    pub host: Host,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The engine's id of the image, `sha256:…`.
    pub id: String,
    /// The image's names, sorted; none when another image took them over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The time when it was built, in seconds since 1970.
    pub created: i64,
}

impl Question for Images {
    const KIND: &'static str = "docker.images";
    type Answer = Vec<Image>;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<Vec<Image>, EngineError> {
        let list = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            docker.list_images(None::<ListImagesOptions>).await
        });
        let image = |seen: bollard::models::ImageSummary| {
            // Engines before 25 give this name to an image without one.
            let mut tags = seen.repo_tags;
            tags.retain(|it| it != "<none>:<none>");
            tags.sort();
            Image { id: seen.id, tags, created: seen.created }
        };
        let mut seen: Vec<Image> = list.await?.into_iter().map(image).collect();
        seen.sort_by(|a, b| (&a.tags, &a.id).cmp(&(&b.tags, &b.id)));
        Ok(seen)
    }
}

/// The tag that a compose file means by `name`.
pub fn tag_of(name: &str) -> String {
    if name.rsplit('/').next().unwrap_or(name).contains([':', '@']) {
        name.to_owned()
    } else {
        format!("{name}:latest")
    }
}
