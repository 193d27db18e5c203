//! The commands for all remedies of the libraries, crate by crate.
//!
//! A sentence may have several commands, each in backticks. They begin with `cargo xtask`; the
//! [`Speaker`](crate::speaker::Speaker) puts in the program's own name and the flags of this run.

use hemma_core::{AnyRemedy, Hint, quote};

/// The hint as a command or a sentence.
pub(crate) fn with_commands(hint: &Hint) -> Hint {
    match hint {
        Hint::Run(_) | Hint::Do(_) => hint.clone(),
        Hint::Remedy(remedy) => of_any(remedy),
        Hint::DidYouMean { name, all } => Hint::Do(match with_commands(all) {
            Hint::Run(line) => format!("did you mean `{name}`? `{line}` shows what there is"),
            other => format!("did you mean `{name}`? otherwise, {other}"),
        }),
    }
}

fn of_any(remedy: &AnyRemedy) -> Hint {
    let known = None
        .or_else(|| remedy.get().as_ref().map(of_core))
        .or_else(|| remedy.get().as_ref().map(of_deploy))
        .or_else(|| remedy.get().as_ref().map(of_docker))
        .or_else(|| remedy.get().as_ref().map(of_embed))
        .or_else(|| remedy.get().as_ref().map(of_git))
        .or_else(|| remedy.get().as_ref().map(of_ingress))
        .or_else(|| remedy.get().as_ref().map(of_postgres))
        .or_else(|| remedy.get().as_ref().map(of_tunnel));
    // The remedy of a crate that hemma does not know.
    known.unwrap_or_else(|| Hint::Do(remedy.to_string()))
}

fn run(command: &str) -> Hint {
    Hint::Run(format!("cargo xtask {command}"))
}

fn say(sentence: &str) -> Hint {
    Hint::Do(sentence.to_owned())
}

fn of_core(remedy: &hemma_core::Remedy) -> Hint {
    use hemma_core::Remedy::ConfigureHost;
    match remedy {
        ConfigureHost => say("add a `Host` entry to ~/.ssh/config, or name another with --host"),
    }
}

fn of_deploy(remedy: &hemma_deploy::Remedy) -> Hint {
    use hemma_deploy::Remedy;
    match remedy {
        Remedy::Deploy => run("deploy"),
        Remedy::DeployStage(stage) => run(&format!("deploy --stage {stage}")),
        Remedy::ListStages => run("plan"),
        Remedy::ShowStatus => run("status"),
        Remedy::RollBackTo(commit) => run(&format!("rollback --to {commit}")),
        Remedy::ListReleases => run("rollback --plan"),
        Remedy::FixAndDeploy => {
            say("fix the error that its last lines show, push, and run `cargo xtask deploy`")
        }
        Remedy::RevertAndDeploy => {
            say("revert the commit in the repository, push it, and run `cargo xtask deploy`: each \
             release that turns healthy is kept")
        }
        Remedy::ShowLock => say("run `cargo xtask lock show` to see which run holds the lock"),
        Remedy::WaitForLock => {
            say("run the same command again when that run has ended; `cargo xtask lock show` says \
             whether it has, and `cargo xtask lock release` releases the lock of a run that hangs")
        }
        Remedy::ReleaseLock => {
            say("the lock is released when that run ends; `cargo xtask lock release` releases it \
                 for a run that hangs")
        }
        Remedy::LookAgain => say(
            "`cargo xtask status` says what is live now, `cargo xtask history` what the other run \
             does; then run the same command again",
        ),
        Remedy::DeployAndPull => say(
            "`cargo xtask deploy --pull` takes the images that the tags name now, and its release \
             pins them; or name them by digest in the compose files",
        ),
        Remedy::FinishOrRollBack => {
            say("run `cargo xtask deploy` to continue it, or `cargo xtask rollback` to go back")
        }
    }
}

fn of_docker(remedy: &hemma_docker::Remedy) -> Hint {
    use hemma_docker::Remedy;
    match remedy {
        Remedy::CreateNetwork(_) => run("day2 external-network"),
        Remedy::SetEnv(key) => run(&format!("env set {key}")),
        Remedy::EditEnvFile => run("day2 env-file --edit"),
        Remedy::StartService(_) => run("plan"),
        Remedy::ShowLogs(service) => run(&format!("logs {service}")),
        Remedy::PublishOnLoopback { .. } => run("day3 language-tool-deploy"),
        Remedy::LogIn(registry) => run(&format!("registry login {}", quote(registry))),
        Remedy::WaitForRegistry(registry) => say(&format!(
            "wait until the limit of {registry} has passed, or log in to it: `cargo xtask registry \
             login {}`",
            quote(registry)
        )),
    }
}

fn of_embed(remedy: &hemma_embed::Remedy) -> Hint {
    use hemma_embed::Remedy;
    match remedy {
        Remedy::StartForward(name) => run(&format!("tunnel start {name}")),
        Remedy::ShowForward(name) => run(&format!("tunnel status {name}")),
        Remedy::SetJarVersion => say(
            "set the key that `jar_version_key` in [offload] names in .env, and start it by Compose: \
             `cargo xtask offload container-run`",
        ),
        Remedy::CheckGrammarService => run("day3 language-tool-health"),
    }
}

fn of_git(remedy: &hemma_git::Remedy) -> Hint {
    match remedy {
        hemma_git::Remedy::CloneRepository => run("day2 mirror-repo"),
    }
}

fn of_ingress(remedy: &hemma_ingress::Remedy) -> Hint {
    match remedy {
        hemma_ingress::Remedy::CheckPublicName(_) => run("day1 cert-readiness"),
    }
}

fn of_postgres(remedy: &hemma_postgres::Remedy) -> Hint {
    use hemma_postgres::Remedy;
    match remedy {
        Remedy::CreateDatabases | Remedy::ListDatabases => run("day2 shared-db"),
        Remedy::CheckEnvFile => run("day2 env-file"),
        Remedy::SetEnv(key) => run(&format!("env set {key}")),
        Remedy::FreeDiskSpace => say(
            "make room (`cargo xtask prune` on the host), or choose another directory with --to or \
             --here",
        ),
        Remedy::ChooseDirectory => say("choose another directory with --to or --here"),
    }
}

fn of_tunnel(remedy: &hemma_tunnel::Remedy) -> Hint {
    match remedy {
        hemma_tunnel::Remedy::Start => run("tunnel start"),
        hemma_tunnel::Remedy::Restart => run("tunnel restart"),
        hemma_tunnel::Remedy::ShowLogs => run("tunnel logs"),
    }
}

#[cfg(test)]
mod tests;
