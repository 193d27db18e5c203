//! What the engine has that nobody needs.

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters::ListImagesOptionsBuilder;
use hemma_core::{Command, Host, Live, Place, Question};
use serde::{Deserialize, Serialize};

use crate::engine::{EngineError, USUAL_LIMIT, call};
use crate::text::plain;

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
    /// What of the cache could be given back, in the engine's words. `None` if it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<String>,
}

/// An image that nothing names, nor builds on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnamed {
    /// The engine's id for it.
    pub id: String,
    /// With the layers that others share.
    pub bytes: u64,
    /// When it was built, in seconds since 1970.
    pub created: i64,
    /// The compose project that it was built for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
}

impl Unused {
    /// Whether there is a cache, as far as is known.
    pub fn has_cache(&self) -> bool {
        self.cache.as_deref() != Some(NOTHING)
    }
}

const NOTHING: &str = "0B";

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
        let (list, cache) = tokio::join!(list, self.cache(live));
        let image = |seen: bollard::models::ImageSummary| Unnamed {
            project: seen.labels.get("com.docker.compose.project").map(|it| plain(it, 60)),
            bytes: u64::try_from(seen.size).unwrap_or(0),
            created: seen.created,
            id: seen.id,
        };
        let mut images: Vec<Unnamed> = list?.into_iter().map(image).collect();
        images.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(Unused { images, cache })
    }
}

impl LookUnused {
    /// By the command line: the shape of the API's answer changed with its version 1.52. Not to
    /// know how large the cache is keeps nobody from emptying it.
    async fn cache(&self, live: &Live) -> Option<String> {
        let measure = Command::new("docker").args(["system", "df", "--format", "{{json .}}"]);
        let measure = measure.sudo().limit(MEASURING);
        let output = live.run(&Place::On(self.host.clone()), &measure).await.ok()?;
        reclaimable_cache(&output.stdout)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    r#type: String,
    reclaimable: String,
}

fn reclaimable_cache(stdout: &str) -> Option<String> {
    let mut rows = stdout.lines().filter_map(|it| serde_json::from_str::<Row>(it).ok());
    let row = rows.find(|it| it.r#type == "Build Cache")?;
    // Some versions say the share in percent as well.
    let words = row.reclaimable.split(" (").next().unwrap_or_default();
    Some(plain(words, 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_read_in_the_engines_words() {
        let row = |reclaimable: &str| {
            format!(
                r#"{{"Active":"2","Reclaimable":"9GB (8%)","Size":"9GB","TotalCount":"4","Type":"Images"}}
{{"Active":"0","Reclaimable":"{reclaimable}","Size":"1.5GB","TotalCount":"7","Type":"Build Cache"}}
"#
            )
        };
        let rows = [("1.2GB", "1.2GB", true), ("0B", "0B", false), ("3.1MB (50%)", "3.1MB", true)];
        for (said, read, has) in rows {
            let cache = reclaimable_cache(&row(said));
            assert_eq!(cache.as_deref(), Some(read));
            assert_eq!(Unused { images: Vec::new(), cache }.has_cache(), has, "{said}");
        }
        assert_eq!(reclaimable_cache("Cannot connect to the Docker daemon\n"), None);
    }
}
