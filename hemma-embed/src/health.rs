//! What the offload server says of itself.

use hemma_core::{Live, NotRecorded, Question};
use serde::{Deserialize, Serialize};

use crate::wire::{Until, Wire};
use crate::{Limits, RequestError, Retry, ServerUrl, wire};

/// A health body is a few kilobytes.
pub(crate) const BODY_LIMIT: usize = 1 << 20;

/// The answer of `GET /healthz`, which is 200 even when the server cannot serve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`, or `degraded` when there are issues.
    pub status: String,
    /// What is wrong, e.g. `missing_OFFLOAD_LANGUAGE_TOOL_JAR_VERSION`.
    #[serde(default)]
    pub issues: Vec<String>,
    /// The model that it runs.
    pub model_name: String,
    /// Tokens of a text that the model looks at.
    pub max_length: u32,
    /// Texts that the model takes at once.
    #[serde(default)]
    pub batch_size: Option<u32>,
    /// The processor that it computes on.
    #[serde(default)]
    pub gpu: Gpu,
    /// What `/v1/extract` takes; an older server has none.
    #[serde(default)]
    pub extract: Option<ExtractHealth>,
}

/// The graphics processor, as far as the server knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpu {
    /// As torch sees it.
    pub torch: Torch,
}

/// The graphics processor as torch sees it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Torch {
    /// Whether there is one. Without it everything works, some ten times slower.
    pub available: bool,
    /// The processors.
    pub devices: Vec<Device>,
    /// Why torch knows nothing, if it does not.
    pub error: Option<String>,
}

/// One graphics processor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Device {
    /// What it is.
    pub name: String,
    /// Its memory.
    pub total_memory_bytes: Option<u64>,
    /// What of it nobody uses.
    pub mem_free_bytes: Option<u64>,
}

/// What `/v1/extract` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractHealth {
    /// The version of `meta.json`.
    pub schema_version: u32,
    /// Items in a request.
    #[serde(default)]
    pub max_items: Option<usize>,
    /// Bytes of a request's JSON.
    #[serde(default)]
    pub max_request_bytes: Option<usize>,
    /// Bytes of the archive that comes back.
    #[serde(default)]
    pub max_response_bytes: Option<usize>,
    /// Where the server finds the grammar service.
    #[serde(default)]
    pub language_tool_url: Option<String>,
    /// The version of `LanguageTool` behind it. Without one, every extract fails.
    #[serde(default)]
    pub language_tool_jar_version: Option<String>,
}

impl Health {
    /// What fits into a request; what the server does not state is as in its contract.
    pub fn limits(&self) -> Limits {
        let usual = Limits::default();
        let Some(extract) = &self.extract else { return usual };
        Limits {
            items: extract.max_items.unwrap_or(usual.items),
            request_bytes: extract.max_request_bytes.unwrap_or(usual.request_bytes),
            response_bytes: extract.max_response_bytes.unwrap_or(usual.response_bytes),
        }
    }

    /// Why it cannot serve; empty when it can, as far as it knows. It has not tried.
    pub fn faults(&self) -> Vec<String> {
        let status = (self.status != "ok").then(|| format!("its status is `{}`", self.status));
        status.into_iter().chain(self.issues.iter().cloned()).collect()
    }
}

pub(crate) async fn fetch(
    wire: &Wire,
    url: &ServerUrl,
    until: Until,
) -> Result<Health, RequestError> {
    wire.get(url, "/healthz", until).await?.good().await?.json(BODY_LIMIT).await
}

/// Asks the offload server for its health, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Healthz {
    /// Where it is.
    pub url: ServerUrl,
}

impl Question for Healthz {
    const KIND: &'static str = "embed.health";
    type Answer = Health;
    type Error = LookError;

    async fn ask(&self, live: &Live) -> Result<Health, LookError> {
        Ok(fetch(&wire_of(live), &self.url, Until::within(Retry::default().deadline)).await?)
    }
}

/// Why a look at a service gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum LookError {
    /// The request came to nothing.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The recording does not have it.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

/// The connections that all looks of one run share.
pub(crate) fn wire_of(live: &Live) -> std::sync::Arc<Wire> {
    live.shelf().get_or_make(|| Wire::new(wire::SILENCE))
}
