//! Compose projects as people publish them, each with the plan of its first deploy or with what
//! stops it.
//!
//! A shape is a text file in `tests/shapes`: a line that says what it is, and then parts. A part
//! begins with `--- ` and its name:
//!
//! - the files of the repository, by their paths; `hemma.toml` is the operator's
//! - `resolved`: what Compose 5.6.1 makes of the compose files in `/tree`
//! - `host`: what the host says, in the words of the look, `none IMAGE` for an image that no registry
//!   has, and `unset NAME` for a variable that Compose warns of
//! - `deploy`: the compose files that are used, the steps, what stops it (`FAIL`), and remarks

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hemma_core::{Finding, Verdict};
use hemma_docker::compose::ModelAnswer;
use hemma_docker::testing;
use hemma_git::Tree;
use hemma_git::checkout::{Checkout, History, Tip};

use super::neighbours::Neighbours;
use super::prerequisites::Prerequisites;
use super::{Scope, Situation};
use crate::Config;
use crate::config::Surroundings;
use crate::host_tools::Tools;
use crate::layers::{Layers, compose_files};
use crate::preflight::{self, LookSources, Offer, Preflight};
use crate::reads;

/// The directory of the repository on the host.
const TREE: &str = "/tree";

struct Shape {
    name: String,
    parts: BTreeMap<String, String>,
}

impl Shape {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("it is text");
        let mut parts = BTreeMap::new();
        for part in text.split("\n--- ").skip(1) {
            let (name, text) = part.split_once('\n').unwrap_or((part, ""));
            parts.insert(name.to_owned(), format!("{}\n", text.trim_end_matches('\n')));
        }
        Self { name: path.file_stem().expect("a file").to_string_lossy().into_owned(), parts }
    }

    fn part(&self, name: &str) -> &str {
        self.parts.get(name).map_or("", String::as_str)
    }

    fn config(&self) -> Config {
        let is_there = |it: &str| self.parts.contains_key(it);
        let surroundings = Surroundings {
            directory: Some("shop".to_owned()),
            compose_files: Surroundings::usual_compose_files(is_there),
            remote: Some("https://git.example/shop.git".parse().expect("a remote")),
            ..Surroundings::default()
        };
        let text = format!("host.alias = \"far\"\n{}", self.part("hemma.toml"));
        Config::parse_in(&text, Path::new("hemma.toml"), &surroundings)
            .unwrap_or_else(|it| panic!("{}: {it:?}", self.name))
    }

    /// What is known before the first deploy.
    fn situation(&self) -> Situation {
        let config = self.config();
        let mut model = testing::model(self.part("resolved"), TREE);
        config.settle(&mut model);
        let unset = self.part("host").lines().filter_map(|it| it.strip_prefix("unset "));
        model.unset = unset.map(str::to_owned).collect();
        let files = compose_files(&config, Layers::Main);
        let mentions = preflight::mentions(&model, config.compose.network.as_deref());
        let asked = LookSources::of(files, Tree::Checkout, &model, mentions);
        let seen = asked.read(&self.answer(&asked));
        let offer = |image: String| {
            let none = self.part("host").lines().any(|it| it == format!("none {image}"));
            (image, if none { Offer::None } else { Offer::There })
        };
        let offers = preflight::missing(&model, &seen, &[]).into_iter().map(offer).collect();
        let preflight = Preflight { seen, offers, ..Preflight::default() };
        let scope = Scope::Whole;
        Situation {
            objections: scope.objections(&config, &model, &[]),
            sources: Some(Ok(preflight.allowing(&config.compose.may_be_empty))),
            config,
            scope,
            layers: Layers::Main,
            tools: Tools::well(),
            checkout: Ok(Checkout::Missing {
                dir: TREE.to_owned(),
                tip: Tip::At("c0ffee".to_owned()),
            }),
            model: Ok(ModelAnswer::Resolved(model)),
            before: None,
            containers: Ok(Vec::new()),
            networks: Ok(Vec::new()),
            images: Ok(Vec::new()),
            listeners: Ok(Some(Vec::new())),
            prerequisites: Prerequisites::default(),
            neighbours: Neighbours::default(),
            running: BTreeMap::new(),
            history: History::default(),
            inputs: BTreeMap::new(),
            built: None,
            release: Ok(None),
            pins: None,
            tags: None,
            unproven: Ok(None),
        }
    }

    /// What the host answers to the look at the sources.
    fn answer(&self, asked: &LookSources) -> String {
        let mut text =
            format!("compose 5.6.1\nbuildx v0.20.0\nprocessor x86_64\n{}", self.part("host"));
        for path in asked.paths() {
            text.extend(["--8<-- ", &path, "\n", self.part(&path), "\n"]);
        }
        let own = ["resolved", "host", "deploy", "hemma.toml"];
        let files = self.parts.iter().filter(|it| !own.contains(&it.0.as_str()));
        let files = files.map(|(path, text)| (path.clone(), text.clone())).collect();
        text + "--8<-- --\n" + self.part("resolved") + &reads::testing::told(&files, TREE)
    }

    /// The lines of the part `deploy`.
    fn deploy(&self) -> String {
        let seen = self.situation();
        let files: Vec<_> = seen.config.compose.files.iter().map(ToString::to_string).collect();
        let mut lines = vec![format!("files {}", files.join(" "))];
        let findings = seen.blockers().findings;
        let stopped = findings.iter().filter(|it| it.verdict != Verdict::Pass);
        let told = |it: &Finding| format!("FAIL {}: {}", it.subject, it.detail);
        lines.extend(stopped.map(told));
        if lines.len() == 1 {
            let steps = seen.plan().steps;
            let step = |it: &crate::plan::Step| {
                format!("{} {} {}", it.action.sign().mark(), it.action.word(), it.action.subject())
            };
            lines.extend(steps.iter().map(step));
        }
        lines.extend(seen.news().into_iter().map(|it| format!("note {it}")));
        lines.join("\n") + "\n"
    }
}

#[test]
fn each_published_shape_has_its_plan_or_its_one_true_blocker() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes");
    let entries = std::fs::read_dir(directory).expect("it is there");
    let mut paths: Vec<PathBuf> = entries.map(|it| it.expect("it is listed").path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 62);
    let mut wrong = Vec::new();
    for path in paths {
        let shape = Shape::read(&path);
        let seen = shape.deploy();
        if seen != shape.part("deploy") {
            wrong.push(format!(
                "{}: expected\n{}but found\n{seen}",
                shape.name,
                shape.part("deploy")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of 62 are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is wrong with a full stack, and the words by which a plan names it before the first change.
/// It is put together from what was met in one real repository.
const BLOCKERS: [(&str, &[&str]); 11] = [
    (
        "an image that only a script of the repository builds",
        &[
            "FAIL image school-deps:dev",
            "docker build -f Dockerfile.deps -t school-deps:dev .",
            "scripts/dev.sh:5",
        ],
    ),
    (
        "a lock file without the groups that are installed",
        &[
            "FAIL pdm.lock",
            "`pdm install` installs: dev, monorepo-tools, offload-runtime",
            "Dockerfile.deps:4",
        ],
    ),
    (
        "a list of dependencies that comes out empty",
        &[
            "`pdm export` lists, and would list nothing for them: offload-runtime (scripts/offload/Dockerfile:4)",
        ],
    ),
    (
        "a command that names no script",
        &["`pdm run start`, and pyproject.toml has no such script", "`pdm run start_worker`"],
    ),
    (
        "a variable that some services read by another name",
        &[
            "classes reads CLASSES_SERVICE_ENVIRONMENT",
            "essays_api reads ESSAYS_SERVICE_ENVIRONMENT",
        ],
    ),
    (
        "services that wait for those in vain",
        &["these services wait for it: gateway, orchestrator"],
    ),
    ("a mounted directory that git ignores", &["FAIL mount frontend/dist of teacher_bff"]),
    // A comment tells people to make the databases by SQL that cannot work: hemma makes them itself.
    ("SQL that cannot work", &[]),
    (
        "tables that only a migration makes",
        &["migrations of Alembic", "`alembic upgrade head`: content"],
    ),
    (
        "a secret that the service that signs does not get",
        &[
            "service identity: it signs tokens and does not get JWT_SECRET_KEY, which gateway verifies them with",
        ],
    ),
    (
        "a variable without which Compose loads nothing",
        &["required variable OFFLOAD_JAR_VERSION is missing a value", "compose.yaml:111"],
    ),
];

#[test]
fn what_is_wrong_with_a_full_stack_is_named_before_the_first_change() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repositories/full_stack.txt");
    let shape = Shape::read(&path);
    let mut seen = shape.situation();
    let told = |it: &Finding| {
        let hint = it.hint.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("FAIL {}: {} | {} | {hint}", it.subject, it.detail, it.evidence.join(" "))
    };
    let mut lines: Vec<String> = seen.blockers().findings.iter().map(told).collect();
    lines.extend(seen.news());
    // As long as it is not set, Compose resolves nothing else.
    let refused = r#"{"said":"required variable OFFLOAD_JAR_VERSION is missing a value: set it",
        "spot":{"file":"compose.yaml","line":111}}"#;
    seen.model = Ok(ModelAnswer::Refused(serde_json::from_str(refused).expect("a refusal")));
    lines.extend(seen.blockers().findings.iter().map(told));
    let text = lines.join("\n");
    assert!(!text.contains("s3cret"), "{text}");
    let is_named = |words: &[&str]| !words.is_empty() && words.iter().all(|it| text.contains(it));
    let missed: Vec<&str> = BLOCKERS.iter().filter(|it| !is_named(it.1)).map(|it| it.0).collect();
    assert_eq!(missed, ["SQL that cannot work"], "{text}");
}
