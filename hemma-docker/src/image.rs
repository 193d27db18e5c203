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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The engine's id of the image, `sha256:…`.
    pub id: String,
    /// The image's names, sorted; none when another image took them over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where it was pulled from, as `name@sha256:…`, sorted; none for an image that was built here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<String>,
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
            let mut digests = seen.repo_digests;
            digests.retain(|it| !it.starts_with("<none>@"));
            digests.sort();
            Image { id: seen.id, tags, digests, created: seen.created }
        };
        let mut seen: Vec<Image> = list.await?.into_iter().map(image).collect();
        seen.sort_by(|a, b| (&a.tags, &a.id).cmp(&(&b.tags, &b.id)));
        Ok(seen)
    }
}

/// The image that a compose file means by `name`, by its tag or by its digest.
pub fn named<'i>(images: &'i [Image], name: &str) -> Option<&'i Image> {
    let wanted = tag_of(name);
    images.iter().find(|it| it.tags.contains(&wanted) || it.digests.contains(&wanted))
}

/// The engine's name for the image that a compose file calls `name`: a tag is `latest` where none
/// is given, a digest makes the tag before it meaningless, and Docker Hub is not named.
///
/// ```
/// use hemma_docker::image::tag_of;
///
/// assert_eq!(tag_of("docker.io/library/redis"), "redis:latest");
/// assert_eq!(tag_of("ghcr.io/team/app:2@sha256:1f0c"), "ghcr.io/team/app@sha256:1f0c");
/// ```
pub fn tag_of(name: &str) -> String {
    let name = name.strip_prefix("index.").unwrap_or(name);
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let (path, digest) = match name.split_once('@') {
        Some((path, digest)) => (path, Some(digest)),
        None => (name, None),
    };
    let last = path.rfind('/').map_or(0, |it| it + 1);
    let colon = path[last..].find(':').map(|it| last + it);
    match (digest, colon) {
        (Some(digest), colon) => format!("{}@{digest}", &path[..colon.unwrap_or(path.len())]),
        (None, Some(_)) => path.to_owned(),
        (None, None) => format!("{path}:latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_one_name_however_a_file_spells_it() {
        for (written, name) in [
            ("app", "app:latest"),
            ("redis:7", "redis:7"),
            ("library/redis:7", "redis:7"),
            ("docker.io/redis:7", "redis:7"),
            ("index.docker.io/library/redis:7", "redis:7"),
            ("docker.io/team/app", "team/app:latest"),
            ("localhost:5000/app", "localhost:5000/app:latest"),
            ("localhost:5000/app:2", "localhost:5000/app:2"),
            ("app@sha256:1", "app@sha256:1"),
            ("r.example:5000/a/app:2@sha256:1", "r.example:5000/a/app@sha256:1"),
            ("", ":latest"),
        ] {
            assert_eq!(tag_of(written), name, "{written}");
        }
    }
}
