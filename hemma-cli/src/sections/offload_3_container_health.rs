//! Optional, step 3: the embedding server on the host, asked there.

use hemma_core::{Finding, Hint, Report, Verdict, World, causes};
use hemma_docker::{Containers, get};
use hemma_embed::{Health, readiness};

use crate::ids;
use crate::offload::{self, Verified};

use crate::research::Offload;
use crate::{Answer, Failure, Run, Section};

/// Check on the host that the embedding server runs, is open to the host alone, and is complete
///
/// Reads only. It has to be the one that Compose made, to keep its cache on the host, to have its
/// graphics processor, and to run with the grammar checker's version that .env states. Runbook:
/// optional, step 3.
///
/// Only for an application whose hemma.toml has [offload].
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "offload_3_container_health";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, server) = (run.world(), Offload::of(run.config())?);
        let Offload { config, made_of, service, port, health } = &server;
        let found = offload::verify(world, config, made_of, (service, *port)).await;
        let Verified { is_ours, findings } = found;
        let mut report: Report = findings.into_iter().collect();
        if is_ours {
            match get::get(world, &config.host.alias, *port, health).await {
                Ok(it) => report.extend(judge(world, &server, &it).await?),
                Err(error @ get::Error::Ask { .. }) => {
                    report.add(Finding::unknown(ids::OFFLOAD_HEALTH_UNSEEN, "health", &error));
                }
                Err(error) => report.add(Finding::fail(
                    ids::OFFLOAD_HEALTH_NO_ANSWER,
                    "health",
                    causes(&error),
                )),
            }
        }
        Ok(Answer::Report(report))
    }
}

async fn judge(
    world: &World,
    server: &Offload,
    answered: &get::Answered,
) -> Result<Vec<Finding>, Failure> {
    let Offload { config, made_of, port, .. } = server;
    let url = format!("http://127.0.0.1:{port}").parse().map_err(Failure::usage)?;
    let (mut findings, health) = readiness::judge_answer(&url, answered.status, &answered.body);
    let containers = world.ask(&Containers { host: config.host.alias.clone() }).await?;
    let seen =
        offload::look(world, config, made_of, offload::find(&containers, made_of, *port)).await?;
    for finding in &mut findings {
        let of_gpu = finding.subject.starts_with("graphics processor");
        if of_gpu && finding.verdict == Verdict::Fail {
            *finding = finding.clone().evidence(seen.without_gpu());
        }
    }
    if let Some(health) = health {
        findings.extend(memory(&health, offload::sharers(&containers, made_of)));
        findings.extend(version(&health, seen.jar_version()));
    }
    Ok(findings)
}

/// The least free memory: the model and a batch of 32 long essays take less; llama-server alone
/// leaves more.
const FREE_LEAST: u64 = 4 << 30;

fn memory(health: &Health, sharers: Vec<String>) -> Option<Finding> {
    let device = health.gpu.torch.devices.first()?;
    let (free, total) = (device.mem_free_bytes?, device.total_memory_bytes?);
    let subject = "memory of the graphics processor";
    let detail = format!("{} of {} GiB free", free >> 30, total >> 30);
    let shared = sharers.into_iter().map(|it| format!("{it} runs and has some of it"));
    if free >= FREE_LEAST {
        return Some(Finding::pass(ids::OFFLOAD_MEMORY_FREE, subject, detail).evidence(shared));
    }
    let hint = "stop what else uses it, such as llama-server-rocm.service, and tell its users";
    Some(
        Finding::fail(ids::OFFLOAD_MEMORY_SHORT, subject, detail)
            .evidence(shared)
            .hint(Hint::Do(hint.to_owned())),
    )
}

/// The finding about the version. One in .env that differs from the running one is read at the next
/// start.
fn version(health: &Health, stated: Option<&str>) -> Option<Finding> {
    let runs = health.extract.as_ref()?.language_tool_jar_version.as_deref()?;
    let subject = "grammar checker's version";
    match stated {
        Some(stated) if stated == runs => {
            Some(Finding::pass(ids::OFFLOAD_VERSION_AGREES, subject, runs))
        }
        Some(stated) => {
            let detail = format!("it runs with {runs}, and .env says {stated}");
            let hint = Hint::Run("cargo xtask offload container-run".to_owned());
            Some(Finding::fail(ids::OFFLOAD_VERSION_DIFFERS, subject, detail).hint(hint))
        }
        None => None,
    }
}
