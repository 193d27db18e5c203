//! Can the offload server compute features?

use hemma_core::{Finding, Hint, Live, Question, Report, World};
use serde::{Deserialize, Serialize};

use crate::health::wire_of;
use crate::ids;
use crate::{
    Client, Essay, FeatureSet, Fingerprint, Health, Healthz, LookError, Model, Options, Problem,
    Remedy, Retry, ServerUrl, finding,
};

/// A question for the features of one essay.
///
/// The server's health checks neither its grammar service nor its model; this question does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExtractOne {
    /// The address of the server.
    pub url: ServerUrl,
    /// The model that it has to run.
    pub model: Model,
    /// The essay.
    pub essay: Essay,
}

/// The result for one essay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// The fingerprint of the server.
    pub fingerprint: Fingerprint,
    /// The number of values in the vector.
    pub embedding: usize,
    /// The number of handcrafted features.
    pub handcrafted: usize,
}

impl ExtractOne {
    /// A question with a short essay, for the usual model.
    pub fn new(url: ServerUrl) -> Self {
        let (text, prompt) = ("Hello world. This is a short essay.", "Say hello.");
        let essay = Essay { text: text.to_owned(), prompt: prompt.to_owned() };
        Self { url, model: Model::default(), essay }
    }
}

impl Question for ExtractOne {
    const KIND: &'static str = "embed.extract-one";
    type Answer = Extracted;
    type Error = LookError;

    async fn ask(&self, live: &Live) -> Result<Extracted, LookError> {
        let options =
            Options { model: self.model.clone(), retry: Retry::never(), ..Options::default() };
        let client = Client::on(wire_of(live).as_ref().clone(), self.url.clone(), options);
        let essay = [self.essay.clone()];
        let (meta, rows) = client.extract_at_once(essay, FeatureSet::Combined).await?;
        let cols = |matrix: Option<crate::Matrix>| matrix.map_or(0, |it| it.shape().1);
        Ok(Extracted {
            fingerprint: meta.server_fingerprint,
            embedding: cols(rows.embeddings),
            handcrafted: cols(rows.handcrafted),
        })
    }
}

/// Checks that the server is healthy, has its graphics processor, and computes the features of an
/// essay.
pub async fn verify(world: &World, url: &ServerUrl) -> Report {
    let (health, one) = (Healthz { url: url.clone() }, ExtractOne::new(url.clone()));
    let (health, one) = tokio::join!(world.ask(&health), world.ask(&one));
    let mut report: Report = match health {
        Ok(health) => [status(url, &health), gpu(url, &health)].into_iter().collect(),
        Err(error) => [finding::of_error(server(url), &error, FORWARD)].into_iter().collect(),
    };
    report.add(extracted(url, one));
    report
}

/// Judges an answer of `GET /healthz` that was requested elsewhere, such as on the host itself: the
/// status and the graphics processor. Only [`verify`] finds out whether the server can compute.
pub fn judge_answer(url: &ServerUrl, status: u16, body: &str) -> (Vec<Finding>, Option<Health>) {
    match serde_json::from_str::<Health>(body) {
        Ok(health) if status == 200 => {
            (vec![self::status(url, &health), gpu(url, &health)], Some(health))
        }
        _ => {
            let detail = format!("the answer ({status}) is not that of the offload server");
            let first: String = body.chars().take(200).collect();
            let evidence = first.lines().filter(|it| !it.is_empty()).map(str::to_owned);
            let finding =
                Finding::fail(ids::OFFLOAD_ANOTHER_PROGRAM, server(url), detail).evidence(evidence);
            (vec![finding], None)
        }
    }
}

/// The name of the forward to the server.
const FORWARD: &str = "embeddings";

fn server(url: &ServerUrl) -> String {
    format!("offload server at {url}")
}

fn status(url: &ServerUrl, health: &Health) -> Finding {
    let faults = health.faults();
    if faults.is_empty() {
        let (model, max_length) = (&health.model_name, health.max_length);
        return Finding::pass(
            ids::OFFLOAD_HEALTHY,
            server(url),
            format!("ok, {model}, {max_length} tokens"),
        );
    }
    let finding = Finding::fail(ids::OFFLOAD_UNHEALTHY, server(url), faults.join(", "));
    if faults.iter().any(|it| it.contains("JAR_VERSION")) {
        return finding.remedy(Remedy::SetJarVersion);
    }
    finding
}

fn gpu(url: &ServerUrl, health: &Health) -> Finding {
    let subject = format!("graphics processor of {url}");
    let torch = &health.gpu.torch;
    if torch.available {
        let names: Vec<_> = torch.devices.iter().map(|it| it.name.as_str()).collect();
        return Finding::pass(ids::OFFLOAD_GPU_PRESENT, subject, names.join(", "));
    }
    let why =
        torch.error.clone().unwrap_or_else(|| "torch sees none, so the CPU computes".to_owned());
    Finding::fail(ids::OFFLOAD_GPU_MISSING, subject, why).hint(Hint::Do(
        "see that the host has /dev/kfd and /dev/dri, and that the container was started by \
         Compose, which passes them on"
            .to_owned(),
    ))
}

fn extracted(url: &ServerUrl, one: Result<Extracted, LookError>) -> Finding {
    let subject = format!("features of one essay from {url}");
    match one {
        Ok(one) => {
            let short = &one.fingerprint.as_str()[..12];
            let (vector, counted) = (one.embedding, one.handcrafted);
            Finding::pass(
                ids::OFFLOAD_EXTRACTS,
                subject,
                format!("{vector} + {counted} values, server {short}"),
            )
        }
        Err(error) => {
            let grammar = matches!(&error, LookError::Request(request) if matches!(
                &request.problem, Problem::Status { code, .. } if code == "dependency_unavailable"
            ));
            let finding = finding::of_error(subject, &error, FORWARD);
            if grammar {
                return finding.remedy(Remedy::CheckGrammarService);
            }
            finding
        }
    }
}
