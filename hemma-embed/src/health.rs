//! The health that the offload server reports.

use hemma_core::{Live, NotRecorded, Question};
use serde::{Deserialize, Serialize};

use crate::wire::{Until, Wire};
use crate::{Limits, RequestError, Retry, ServerUrl, wire};

/// The limit of a health body, which has a few kilobytes.
pub(crate) const BODY_LIMIT: usize = 1 << 20;

/// The answer of `GET /healthz`, which is 200 even when the server cannot serve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`, or `degraded` when there are issues.
    pub status: String,
    /// The problems, e.g. `missing_OFFLOAD_LANGUAGE_TOOL_JAR_VERSION`.
    #[serde(default)]
    pub issues: Vec<String>,
    /// The name of its model.
    pub model_name: String,
    /// The number of tokens of a text that the model reads.
    pub max_length: u32,
    /// The number of texts that the model takes at once.
    #[serde(default)]
    pub batch_size: Option<u32>,
    /// The graphics processor.
    #[serde(default)]
    pub gpu: Gpu,
    /// The limits of `/v1/extract`; an older server has none.
    #[serde(default)]
    pub extract: Option<ExtractHealth>,
}

/// The graphics processor, as far as the server knows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpu {
    /// The report of torch.
    pub torch: Torch,
}

/// The graphics processor as torch reports it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Torch {
    /// Whether there is one. Without it everything works, about ten times slower.
    pub available: bool,
    /// The processors.
    pub devices: Vec<Device>,
    /// The error, if torch could not look.
    pub error: Option<String>,
}

/// One graphics processor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Device {
    /// The name of the processor.
    pub name: String,
    /// Its memory in bytes.
    pub total_memory_bytes: Option<u64>,
    /// Its free memory in bytes.
    pub mem_free_bytes: Option<u64>,
}

/// The limits of `/v1/extract`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractHealth {
    /// The version of `meta.json`.
    pub schema_version: u32,
    /// The number of items in a request.
    #[serde(default)]
    pub max_items: Option<usize>,
    /// The number of bytes of a request's JSON.
    #[serde(default)]
    pub max_request_bytes: Option<usize>,
    /// The number of bytes of the returned archive.
    #[serde(default)]
    pub max_response_bytes: Option<usize>,
    /// The address at which the server calls the grammar service.
    #[serde(default)]
    pub language_tool_url: Option<String>,
    /// The version of `LanguageTool` in the grammar service. Without it, every extract fails.
    #[serde(default)]
    pub language_tool_jar_version: Option<String>,
}

impl Health {
    /// The limits of a request; missing ones are those of the contract.
    pub fn limits(&self) -> Limits {
        let usual = Limits::default();
        let Some(extract) = &self.extract else { return usual };
        Limits {
            items: extract.max_items.unwrap_or(usual.items),
            request_bytes: extract.max_request_bytes.unwrap_or(usual.request_bytes),
            response_bytes: extract.max_response_bytes.unwrap_or(usual.response_bytes),
        }
    }

    /// The reasons why the server cannot serve; empty if it knows none. The server has not tried.
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

/// A question for the health of the offload server, asked once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Healthz {
    /// The address of the server.
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

/// Why a look at a service failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum LookError {
    /// The request failed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

/// The connections that all looks of one run share.
pub(crate) fn wire_of(live: &Live) -> std::sync::Arc<Wire> {
    live.extensions().get_or_make(|| Wire::new(wire::SILENCE))
}
