use std::fmt;

use hemma_core::{RemedySet, Suggestions};
use serde::{Deserialize, Serialize};

use super::*;
use crate::App;

fn shown(remedy: impl Into<Hint>) -> Hint {
    with_commands(&remedy.into())
}

#[test]
fn a_remedy_is_shown_as_a_command_of_ours() {
    let key = || "KEY".parse().expect("a key");
    let registry = || "ghcr.io".parse().expect("a registry");
    let publish = || hemma_docker::Remedy::PublishOnLoopback { service: "x".to_owned(), port: 1 };
    let rows: [(Hint, &str); 14] = [
        (hemma_deploy::Remedy::Deploy.into(), "deploy"),
        (hemma_deploy::Remedy::DeployStage("infra".to_owned()).into(), "deploy --stage infra"),
        (hemma_deploy::Remedy::RollBackTo("1f0c".to_owned()).into(), "rollback --to 1f0c"),
        (hemma_deploy::Remedy::ListReleases.into(), "rollback --plan"),
        (hemma_docker::Remedy::SetEnv(key()).into(), "env set KEY"),
        (hemma_docker::Remedy::ShowLogs("redis".to_owned()).into(), "logs redis"),
        (hemma_docker::Remedy::LogIn(registry()).into(), "registry login ghcr.io"),
        (publish().into(), "day3 language-tool-deploy"),
        (hemma_embed::Remedy::StartForward("a".to_owned()).into(), "tunnel start a"),
        (hemma_git::Remedy::CloneRepository.into(), "day2 mirror-repo"),
        (hemma_postgres::Remedy::SetEnv(key()).into(), "env set KEY"),
        (hemma_postgres::Remedy::ListDatabases.into(), "day2 shared-db"),
        (hemma_tunnel::Remedy::ShowLogs.into(), "tunnel logs"),
        (hemma_tunnel::Remedy::Restart.into(), "tunnel restart"),
    ];
    for (remedy, command) in rows {
        assert_eq!(shown(remedy), run(command));
        let words = std::iter::once("xtask").chain(command.split(' '));
        let read = App::new().command().try_get_matches_from(words);
        assert!(read.is_ok(), "`{command}`: {}", read.expect_err("it was not read"));
    }
}

#[test]
fn a_sentence_names_the_command_of_the_remedy_in_it() {
    let known = |asked| Suggestions::new(asked, ["kafka", "redis"]);
    let list = || hemma_deploy::Remedy::ShowStatus;
    let near = "did you mean `redis`? `cargo xtask status` shows what there is";
    assert_eq!(shown(known("redsi").hint(list())), say(near));
    assert_eq!(shown(known("nginx").hint(list())), run("status"));
    let locked = shown(hemma_deploy::Remedy::WaitForLock).to_string();
    assert!(locked.contains("`cargo xtask lock show`"), "{locked}");
}

/// The remedies of a crate that hemma does not know.
#[derive(Serialize, Deserialize)]
struct Foreign;

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("add paper")
    }
}

impl RemedySet for Foreign {
    const OF: &'static str = "printer";
}

#[test]
fn a_remedy_that_has_no_command_is_said_in_its_own_words() {
    assert_eq!(shown(Foreign), say("add paper"));
}
