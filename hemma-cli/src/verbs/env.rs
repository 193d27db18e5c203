//! Single keys of the host's `.env`.

use std::path::PathBuf;

use hemma_core::names::EnvKey;
use hemma_core::{Finding, Hint, Verdict, quote};
use hemma_deploy::Layers;
use hemma_deploy::env_file::{self, Difference, EnvFile, Surroundings};
use hemma_deploy::plan::{Action, ContainerAction, Plan, Step};
use hemma_deploy::rollout::{self, Scope};

use crate::data::DiffData;
use crate::ids;
use crate::secret_input;
use crate::{Answer, Failure, Noun, Proposal, Proposed, Run};

/// Set a key of the host's .env, or compare it with an example
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Set one key; the value is asked for without echo, or read from standard input
    Set {
        /// The key
        key: EnvKey,
    },
    /// Show by which keys the host's .env and an example differ
    Diff {
        /// The example, e.g. env.example
        example: PathBuf,
    },
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("`{}` could not be read", .path.display())]
    Example { path: PathBuf, source: std::io::Error },
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        match self.what {
            What::Set { key } => set(run, &key).await,
            What::Diff { example } => diff(run, example).await,
        }
    }
}

async fn set(run: &Run<'_>, key: &EnvKey) -> Result<Answer, Failure> {
    let (world, config) = (run.world(), run.config());
    let hint = "give it on standard input: `pass show shop/jwt | cargo xtask env set KEY --yes`";
    let value = secret_input::secret(run, format!("value of {key}"), hint).await?;
    let before = env_file::verify(world, config, Layers::Main).await;
    let place = format!("in {}/.env on {}", config.host.checkout, config.host.alias);
    let proposal = if env_file::would_change(world, config, key, &value).await? {
        let intent = format!("Set {key} in .env on {}", run.place());
        let step = Proposed::change("set", key.as_str(), place).of(Noun::KEY, key.as_str());
        Proposal::default().step(step).to(intent)
    } else {
        Proposal::default()
    };
    run.mend(before, proposal, async |approval| {
        let write = async || env_file::set(world, config, key, &value, approval).await;
        run.locked("env set", approval, write).await?;
        let mut report = env_file::verify(world, config, Layers::Main).await;
        run.terminal().busy("looking which services read it");
        let situation = Box::pin(rollout::look_at(world, config, &Scope::Whole)).await;
        let blocked = !situation.blockers().findings.is_empty();
        report.add(due(key, (!blocked).then(|| situation.plan()).as_ref()));
        Ok(report)
    })
    .await
}

/// The finding about a due restart. A container has the values with which it was made, so running
/// services have the old one. `plan` is what a deploy would do, if it is known.
fn due(key: &EnvKey, plan: Option<&Plan>) -> Finding {
    let Some(plan) = plan else {
        let which = "`cargo xtask plan` shows which services have to be recreated with it, and \
                     `cargo xtask restart SVC` recreates them";
        return Finding::pass(
            ids::RESTART_PERHAPS_DUE,
            "restart",
            format!("running services still have the old {key}"),
        )
        .hint(Hint::Do(which.to_owned()));
    };
    let differs = |it: &Step| match &it.action {
        Action::Container(ContainerAction::Recreate, name) if !it.cause.parts.is_empty() => {
            Some(name.to_string())
        }
        _ => None,
    };
    let services: Vec<String> = plan.steps.iter().filter_map(differs).collect();
    if services.is_empty() {
        return Finding::pass(
            ids::RESTART_NOT_DUE,
            "restart",
            "none needed: it changes no container",
        );
    }
    let detail = format!("needed, as they run with the old value: {}", services.join(", "));
    let words = services.iter().map(|it| quote(it)).collect::<Vec<_>>().join(" ");
    Finding::pass(ids::RESTART_DUE, "restart", detail)
        .hint(Hint::Run(format!("cargo xtask restart {words}")))
}

async fn diff(run: &Run<'_>, example: PathBuf) -> Result<Answer, Failure> {
    let path = run.here.join(&example);
    let text = std::fs::read_to_string(&path)
        .map_err(|source| Failure::usage(Error::Example { path: example, source }))?;
    let example = EnvFile::parse(&text, &Surroundings::new()).map_err(Failure::usage)?;
    match env_file::compare_with_example(run.world(), run.config(), &example).await? {
        Ok(difference) => Ok(shown(&difference)),
        Err(answer) => {
            Ok(Answer::Report(env_file::findings(run.config(), &answer).into_iter().collect()))
        }
    }
}

fn shown(difference: &Difference) -> Answer {
    let mark = |mark: &'static str, keys: &[String]| -> Vec<String> {
        keys.iter().map(|it| format!("{mark} {it}\n")).collect()
    };
    let text = [mark("-", &difference.removed), mark("+", &difference.added)].concat().concat();
    // Keys that only the host has are its own business.
    let verdict = if difference.removed.is_empty() { Verdict::Pass } else { Verdict::Fail };
    let data = serde_json::to_value(DiffData::from(difference)).unwrap_or_default();
    Answer::Data(text, data, verdict)
}

#[cfg(test)]
mod tests {
    use hemma_deploy::plan::Cause;

    use super::*;

    #[test]
    fn a_restart_that_is_due_names_its_services() {
        let service = |name: &str| name.parse().expect("a service");
        let recreate = |name: &str, parts: &[&str]| {
            let step = Step::container(ContainerAction::Recreate, &service(name), "");
            let parts = parts.iter().map(ToString::to_string).collect();
            Step { cause: Cause { parts, ..Cause::default() }, ..step }
        };
        let key = "KEY".parse().expect("a key");
        let plan = Plan {
            steps: vec![
                Step::build(&service("web"), ""),
                recreate("web", &["environment.KEY"]),
                recreate("worker", &[]),
                recreate("api", &["environment.OTHER"]),
            ],
        };
        let hint = |line: &str| Some(Hint::Run(line.to_owned()));
        assert_eq!(due(&key, Some(&plan)).hint, hint("cargo xtask restart web api"));
        assert_eq!(due(&key, Some(&Plan { steps: Vec::new() })).hint, None);
        assert!(matches!(due(&key, None).hint, Some(Hint::Do(_))));
    }
}
