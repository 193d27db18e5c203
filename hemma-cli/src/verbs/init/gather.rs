//! What is known of the repository and of its host.

use std::collections::{BTreeMap, BTreeSet};

use hemma_core::names::ComposeFile;
use hemma_core::{Command, Exec, Hint, Host};
use hemma_deploy::config::Surroundings;
use hemma_deploy::init::{
    About, Adoption, Answers, Chosen, Facts, HostFacts, HostPlaces, Question, Stack, adoption,
    choose_files, look_at_origins, note_origins, running_stacks,
};
use hemma_docker::compose::outline::Proxy;
use hemma_docker::compose::{HereAnswer, LookHere, Outline};
use hemma_docker::{Container, Containers, EngineError, Inspect, State};

use super::ask::{ask, unanswered};
use super::place::{Error, Place};
use crate::{Failure, Run, repository};

/// Everything that a draft is made from.
pub(super) struct Gathered {
    pub(super) facts: Facts,
    pub(super) chosen: Chosen,
    /// The home directory on the host.
    pub(super) home: Option<String>,
    pub(super) surroundings: Surroundings,
    pub(super) notes: Vec<String>,
}

/// Lists the compose files that git knows or would add.
const LIST: &str = r#"
cd "$1" || exit
if git rev-parse --git-dir >/dev/null 2>&1; then
    git -c core.quotePath=false ls-files -co --exclude-standard -- '*compose*.yml' '*compose*.yaml'
else
    ls -- *compose*.yml *compose*.yaml 2>/dev/null
fi | sort -u | head -n 200
"#;

/// The names of images in which PostgreSQL runs.
const POSTGRES: [&str; 4] = ["postgres", "postgis", "pgvector", "timescaledb"];

/// Looks at the repository and, if it is named, at the host.
pub(super) async fn gather(
    run: &Run<'_>,
    place: &Place,
    answers: &mut Answers,
) -> Result<Gathered, Failure> {
    let root = &place.root;
    let surroundings = repository::surroundings(root).await;
    let script = Command::script(LIST, [root.display().to_string()]).named("list-compose-files");
    let listed = run
        .world()
        .ask(&Exec::here(script))
        .await
        .map_err(|it| Failure::unknown(Error::List(it)))?;
    let all: Vec<String> = listed.stdout.lines().map(str::to_owned).collect();
    let read = |path: &str| repository::text(root, path);
    let mut notes = Vec::new();
    let mut places = HostPlaces::default();
    let mut host = None;
    // Without the host, to compare its stacks with.
    let mut chosen = choose_files(&all, (&*answers, None), &read);
    let mut outline = outline(run, place, &chosen.files, &mut Vec::new()).await?;
    if let Some((alias, _)) = answers.host.clone() {
        run.terminal().busy(&format!("looking at {alias}"));
        let (facts, seen, containers) =
            look(run, &alias, (&surroundings, &outline), answers, &mut notes).await?;
        run.terminal().idle();
        let stack = facts.stack.clone();
        chosen = choose_files(&all, (&*answers, stack.as_ref()), &read);
        outline = self::outline(run, place, &chosen.files, &mut notes).await?;
        let virtual_hosts =
            virtual_hosts(run, &alias, (&containers[..], stack.as_ref()), &outline).await;
        host = Some(HostFacts { virtual_hosts, ..facts });
        places = seen;
    } else {
        outline = self::outline(run, place, &chosen.files, &mut notes).await?;
    }
    let facts = Facts {
        directory: surroundings.directory.clone(),
        remote: surroundings.remote.clone(),
        branch: surroundings.branch.clone(),
        example: surroundings.env_template.clone(),
        outline,
        host,
    };
    Ok(Gathered { facts, chosen, home: places.home, surroundings, notes })
}

/// The project as Compose on this machine resolves it, or else as the files alone say it.
async fn outline(
    run: &Run<'_>,
    place: &Place,
    files: &[ComposeFile],
    notes: &mut Vec<String>,
) -> Result<Outline, Failure> {
    let read = |path: &str| repository::text(&place.root, path);
    let names: Vec<&str> = files.iter().map(|it| &**it).collect();
    let alone = Outline::of_files(&names, &read);
    if files.is_empty() {
        return Ok(alone);
    }
    let files = names.iter().map(|it| (*it).to_owned()).collect();
    let asked = LookHere { directory: place.root.display().to_string(), files };
    match run.world().ask(&asked).await? {
        HereAnswer::Resolved(resolved) => Ok(resolved.with_lines_of(&alone)),
        HereAnswer::NoCompose => {
            notes.push(
                "this machine has no Docker Compose, so the compose files were read without it"
                    .to_owned(),
            );
            Ok(alone)
        }
        HereAnswer::Refused(why) => {
            notes.push(format!(
                "Compose on this machine does not resolve the files without values, so they were \
                 read without it: {why}"
            ));
            Ok(alone)
        }
    }
}

/// The host's stacks, its servers and its names.
async fn look(
    run: &Run<'_>,
    alias: &Host,
    (surroundings, outline): (&Surroundings, &Outline),
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Result<(HostFacts, HostPlaces, Vec<Container>), Failure> {
    let world = run.world();
    let containers = match world.ask(&Containers { host: alias.clone() }).await {
        Ok(containers) => containers,
        // Then nothing runs there that could be adopted.
        Err(error @ EngineError::NotInstalled { .. }) => {
            notes.push(error.to_string());
            Vec::new()
        }
        Err(error) => return Err(error.into()),
    };
    let mut stacks = running_stacks(&containers);
    let ssh = Exec::here(Command::new("ssh").args(["-G", alias.as_str()]));
    let origins = look_at_origins(alias, &stacks);
    let (printed, ssh) = tokio::join!(world.ask(&origins), world.ask(&ssh));
    let places = note_origins(&mut stacks, &printed?.stdout);
    let ssh = ssh.map(|it| it.stdout).unwrap_or_default();
    let ssh_name = ssh.lines().find_map(|it| it.strip_prefix("hostname ")).map(str::to_owned);
    let stack = adopted(run, (&stacks[..], surroundings, outline), answers).await?;
    let is_postgres = |it: &&Container| {
        let name = it.image.rsplit('/').next().unwrap_or_default();
        POSTGRES.contains(&name.split(['@', ':']).next().unwrap_or_default())
    };
    let project = stack.as_ref().map(|it| it.project.as_str()).unwrap_or_default();
    let servers = containers.iter().filter(|it| it.state == State::Running).filter(is_postgres);
    let servers = servers.filter(|it| project.is_empty() || !it.belongs_to(project));
    let servers = servers.map(|it| it.name.to_string()).collect();
    let facts = HostFacts {
        stack,
        virtual_hosts: BTreeMap::new(),
        servers,
        ssh_name,
        addresses: places.addresses.clone(),
    };
    Ok((facts, places, containers))
}

/// The running stack of this repository. Which of several it is, the operator says.
async fn adopted(
    run: &Run<'_>,
    (stacks, surroundings, outline): (&[Stack], &Surroundings, &Outline),
    answers: &mut Answers,
) -> Result<Option<Stack>, Failure> {
    let services: BTreeSet<String> = outline.services.keys().cloned().collect();
    let named = outline.name.as_ref().map(|it| it.value.clone());
    let directory = surroundings.directory.as_deref().unwrap_or_default();
    let of_directory = || {
        let name = hemma_core::names::ProjectName::of_directory(directory);
        name.map(|it| it.to_string()).unwrap_or_default()
    };
    let project = named.unwrap_or_else(of_directory);
    let remote = answers.remote.as_ref().or(surroundings.remote.as_ref());
    let several = match adoption(stacks, remote, (project.as_str(), &services)) {
        Adoption::None => return Ok(None),
        Adoption::One(stack) => {
            let other = answers.project.as_ref().is_some_and(|it| *it.0 != *stack.project);
            return Ok(Some(stack).filter(|_| !other));
        }
        Adoption::Several(stacks) => stacks,
    };
    let of = |answers: &Answers| {
        let (wanted, _) = answers.project.as_ref()?;
        several.iter().find(|it| **wanted == *it.project).cloned()
    };
    let found: Vec<String> =
        several.iter().map(|it| format!("{} in {}", it.project, it.directory)).collect();
    if answers.project.is_none() {
        let question = Question {
            about: About::Project,
            words: format!(
                "Which stack is this repository's? On the host there are {}.",
                found.join(", ")
            ),
            guess: None,
            flag: "--project NAME".to_owned(),
            otherwise: "nothing is written",
        };
        if !run.terminal().somebody() || run.flags.yes {
            let hint = Hint::Do("pass --project NAME to say which one is meant".to_owned());
            return Err(Failure::usage(Error::Several(found.join(", "))).hint(hint));
        }
        if !ask(run, &question, answers).await {
            return Err(unanswered(&question));
        }
    }
    Ok(of(answers))
}

/// `VIRTUAL_HOST` of the stack's containers, where the files leave it to variables.
async fn virtual_hosts(
    run: &Run<'_>,
    alias: &Host,
    (containers, stack): (&[Container], Option<&Stack>),
    outline: &Outline,
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(stack) = stack else { return found };
    for (name, service) in &outline.services {
        let is_open = service
            .public
            .iter()
            .any(|it| it.by == Proxy::Nginx && it.name.as_deref() != Some(it.text.as_str()));
        let container = containers.iter().find(|it| it.is_of(&stack.project, name));
        let Some(container) = container.filter(|_| is_open) else { continue };
        let asked = Inspect { host: alias.clone(), container: container.name.clone() };
        // Where it cannot be seen, the operator is asked.
        let seen = run.world().ask(&asked).await.ok().flatten();
        if let Some(names) = seen.and_then(|it| it.proxy.virtual_host) {
            found.insert(name.clone(), names);
        }
    }
    found
}
