//! The steps that follow from facts, and the words of their reasons.

use std::collections::BTreeMap;

use hemma_docker::compose::{BuildSpec, Model, Service};
use hemma_docker::image::{Image, tag_of};
use hemma_docker::testing::{listed, service_name};
use hemma_docker::{Container, ContainerParts, State};
use hemma_git::checkout::{Commit, History, Since};

use super::Base;
use super::{ImageInputs, Seen, Step, service_steps, to_compare};

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
}

/// A project with one service that is built, and these parts.
fn model(hash: &str, parts: &[(&str, &str)]) -> Model {
    let build =
        BuildSpec { context: ".".into(), dockerfile: "Dockerfile".into(), ..BuildSpec::default() };
    let service = Service {
        image: "p-api".into(),
        build: Some(build),
        replicas: 1,
        hash: hash.into(),
        restart: "always".into(),
        parts: map(parts),
        ..Service::default()
    };
    Model { services: [(service_name("api"), service)].into(), ..Model::default() }
}

/// The service's container, made with the hash `old`.
fn container() -> Container {
    let seen = r#"{"Id":"4f1d","Names":["/api"],"Image":"p-api","ImageID":"sha256:ab",
        "State":"running","Status":"Up","Labels":{"com.docker.compose.project":"p",
        "com.docker.compose.service":"api","com.docker.compose.config-hash":"old"}}"#;
    listed(serde_json::from_str(seen).expect("it is JSON"))
}

fn since(changed: &[&str], commits: &[(&str, &[&str])]) -> Since {
    let owned = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let commit = |it: &(&str, &[&str])| Commit { title: it.0.to_owned(), files: owned(it.1) };
    Since { changed: owned(changed), commits: commits.iter().map(commit).collect() }
}

/// The facts about the host, apart from those of a row.
fn steps(
    (before, after): (Option<&Model>, &Model),
    running: Option<ContainerParts>,
    deployed: Option<Since>,
) -> Vec<Step> {
    let image =
        Image { id: "sha256:ab".into(), tags: vec!["p-api:latest".into()], ..Image::default() };
    let inputs = ImageInputs::Paths(vec!["api".to_owned(), "libs".to_owned()]);
    service_steps(&Seen {
        project: "p",
        model: after,
        before,
        containers: &[container()],
        images: &[image],
        tags: &BTreeMap::new(),
        running: &running.into_iter().map(|it| (service_name("api"), it)).collect(),
        base: Base::Deploy(&History { deployed, ..History::default() }),
        inputs: &[(service_name("api"), inputs)].into(),
    })
}

fn shown(steps: &[Step]) -> Vec<String> {
    steps.iter().map(ToString::to_string).collect()
}

#[test]
fn a_build_names_the_commits_that_touched_its_inputs() {
    let same = model("old", &[]);
    let one: (&str, &[&str]) = ("222 api: two", &["api/app.py"]);
    let rows = [
        (since(&["README.md"], &[("111 words", &["README.md"])]), None),
        (
            since(&["api/app.py"], &[one, ("111 words", &["README.md"])]),
            Some("changed by 222 api: two"),
        ),
        (
            since(&["api/app.py", "libs/x"], &[one, ("111 libs", &["libs/x"])]),
            Some("changed by 222 api: two (and 1 before it)"),
        ),
        // A commit that was reverted brings nothing.
        (since(&["README.md"], &[one, ("111 api", &["api/app.py"])]), None),
        // A branch that was rewritten.
        (since(&["api/app.py"], &[]), Some("api/app.py changed")),
    ];
    for (since, reason) in rows {
        let seen = shown(&steps((None, &same), None, Some(since.clone())));
        let expected = reason.map(|it| {
            vec![format!("build api: {it}"), "recreate api: its image is rebuilt".to_owned()]
        });
        assert_eq!(seen, expected.unwrap_or_default(), "{since:?}");
    }
    let unknown = shown(&steps((None, &same), None, None));
    assert_eq!(unknown, ["build api: it is not known which commit its image was made from"]);
}

#[test]
fn what_makes_a_container_anew_is_named() {
    let nothing = || Some(Since::default());
    let before = model("old", &[("environment.A", "1"), ("ports", "1")]);
    let after = model("new", &[("environment.A", "2"), ("ports", "1"), ("depends_on", "x")]);
    let brought = steps((Some(&before), &after), None, nothing());
    assert_eq!(shown(&brought), ["recreate api: its configuration changed: environment A"]);
    assert_eq!(brought[0].cause.parts, ["environment.A"]);

    let other = model("new", &[("environment.A", "2")]);
    let running = |a: &str| ContainerParts {
        image: "p-api".into(),
        restart: "always".into(),
        parts: map(&[("environment.A", a)]),
        ..ContainerParts::default()
    };
    let usual = "recreate api: it runs with another configuration";
    let rows = [
        (None, usual.to_owned()),
        (Some(running("1")), format!("{usual}: environment A")),
        (Some(running("2")), usual.to_owned()),
    ];
    for (running, expected) in rows {
        assert_eq!(shown(&steps((None, &other), running, nothing())), [expected]);
    }
}

#[test]
fn an_image_that_no_service_builds_is_pulled_for_a_container_that_needs_it() {
    let built = model("old", &[]).services["api"].clone();
    let of = |image: &str| Service { build: None, image: image.into(), ..built.clone() };
    let services = [
        ("api", built.clone()),
        ("cache", of("redis:7")),
        ("jobs", of("p-api")),
        ("off", Service { replicas: 0, ..of("nothing:1") }),
        ("pinned", of("docker.io/team/app:2@sha256:1f")),
        ("queue", of("redis:7")),
    ];
    let services = services.map(|(name, it)| (service_name(name), it)).into();
    let model = Model { services, ..Model::default() };
    let pulls = |containers: &[Container], images: &[Image]| {
        let seen = Seen {
            project: "p",
            model: &model,
            before: None,
            containers,
            images,
            running: &BTreeMap::new(),
            base: Base::Deploy(&History::default()),
            inputs: &BTreeMap::new(),
            tags: &BTreeMap::new(),
        };
        let steps = shown(&service_steps(&seen));
        steps.into_iter().filter(|it| it.starts_with("pull ")).collect::<Vec<_>>()
    };
    let missing = "the host does not have it";
    let (redis, pinned) = (
        format!("pull redis:7: {missing}"),
        format!("pull docker.io/team/app:2@sha256:1f: {missing}"),
    );
    assert_eq!(pulls(&[], &[]), [pinned.clone(), redis.clone()]);
    let there = [
        Image { tags: vec!["redis:7".into()], ..Image::default() },
        Image { digests: vec!["team/app@sha256:1f".into()], ..Image::default() },
    ];
    assert_eq!(pulls(&[], &there[1..]), [redis]);
    assert_eq!(pulls(&[], &there), [""; 0]);
    // A container that stays needs no image but its own.
    let runs = |name: &str| {
        let mut made = container();
        made.name = name.parse().expect("a name");
        made.compose.as_mut().expect("it has labels").service = name.to_owned();
        made
    };
    assert_eq!(pulls(&["api", "cache", "jobs", "queue"].map(runs), &[]), [pinned]);
}

#[test]
fn only_what_differs_is_looked_at_closely() {
    let (same, other, containers) = (model("old", &[]), model("new", &[]), [container()]);
    let compared = |wanted, before| to_compare(("p", wanted, before), &containers).len();
    assert_eq!(compared(&same, None), 0);
    assert_eq!(compared(&other, None), 1);
    // The changes of a commit are known from the files.
    assert_eq!(compared(&other, Some(&same)), 0);
}

#[test]
fn what_shares_with_a_replaced_container_goes_with_it() {
    let with = |shares: bool, db_hash: &str, db_image: &str, state: State| {
        let mut model = Model::default();
        for (name, hash) in [("db", db_hash), ("side", "old"), ("deep", "old")] {
            let mut service = Service {
                replicas: 1,
                hash: hash.into(),
                restart: "always".into(),
                image: db_image.into(),
                ..Service::default()
            };
            let needed = match name {
                "side" => Some(("db", shares)),
                "deep" => Some(("side", true)),
                _ => None,
            };
            service.restarts_with = needed.into_iter().map(|it| (it.0.to_owned(), it.1)).collect();
            model.services.insert(service_name(name), service);
        }
        let container = |name: &str, state| {
            let mut container = container();
            container.name = name.parse().expect("a name");
            container.compose.as_mut().expect("it has labels").service = name.to_owned();
            container.state = state;
            container
        };
        let containers = [
            container("db", state),
            container("side", State::Running),
            container("deep", State::Running),
        ];
        let image = Image {
            id: container("db", state).image_id,
            tags: ["p-api", db_image].map(tag_of).to_vec(),
            ..Image::default()
        };
        shown(&service_steps(&Seen {
            project: "p",
            model: &model,
            before: None,
            containers: &containers,
            images: std::slice::from_ref(&image),
            running: &BTreeMap::new(),
            base: Base::Deploy(&History::default()),
            inputs: &BTreeMap::new(),
            tags: &BTreeMap::new(),
        }))
    };
    let db = "recreate db: it runs with another configuration";
    let deep = "deep: side, whose network or processes it shares, is";
    assert_eq!(
        with(true, "new", "p-api", State::Running),
        [
            db,
            &format!("recreate {deep} replaced"),
            "recreate side: db, whose network or processes it shares, is replaced",
        ]
    );
    assert_eq!(
        with(false, "new", "p-api", State::Running),
        [
            db,
            &format!("replace {deep} started"),
            "start side: db, which it restarts with, is replaced"
        ]
        .map(|it| it.replace("start side", "replace side"))
    );
    assert_eq!(
        with(true, "old", "p-api", State::Exited),
        [
            "replace db: it is exited",
            &format!("recreate {deep} replaced"),
            "replace side: db, whose network or processes it shares, is started",
        ]
    );
    assert_eq!(with(false, "old", "p-api", State::Exited), ["start db: it is exited"]);
    assert_eq!(with(true, "old", "p-api", State::Running), [""; 0]);
}

#[test]
fn what_does_not_work_is_started_or_replaced() {
    let rows = [
        ("Up 2 minutes (unhealthy)", State::Running, Some("replace api: it is unhealthy")),
        ("Up 2 minutes (healthy)", State::Running, None),
        (
            "Restarting (3) 2 seconds ago",
            State::Restarting,
            Some("replace api: it exits with 3 and restarts again and again"),
        ),
        ("Up 2 minutes (Paused)", State::Paused, Some("replace api: it is paused")),
        ("Dead", State::Dead, Some("replace api: it is dead")),
        ("Created", State::Created, Some("start api: it was created but never started")),
        ("Exited (0) 2 seconds ago", State::Exited, Some("start api: it exited with 0")),
        ("Exited (137) 2 seconds ago", State::Exited, Some("start api: it exited with 137")),
        ("Removal In Progress", State::Removing, Some("replace api: it is being removed")),
    ];
    for (status, state, expected) in rows {
        let word = state.word();
        let seen = format!(
            r#"{{"Id":"4f1d","Names":["/api"],"Image":"p-api","ImageID":"sha256:ab",
            "State":"{word}","Status":"{status}","Labels":{{"com.docker.compose.project":"p",
            "com.docker.compose.service":"api","com.docker.compose.config-hash":"old"}}}}"#
        );
        let containers = [listed(serde_json::from_str(&seen).expect("it is JSON"))];
        for known in [true, false] {
            let image = Image {
                id: "sha256:ab".into(),
                tags: vec!["p-api:latest".into()],
                ..Image::default()
            };
            let deployed = known.then(Since::default);
            let steps = shown(&service_steps(&Seen {
                project: "p",
                model: &model("old", &[]),
                before: None,
                containers: &containers,
                images: &[image],
                running: &BTreeMap::new(),
                base: Base::Deploy(&History { deployed, ..History::default() }),
                inputs: &BTreeMap::new(),
                tags: &BTreeMap::new(),
            }));
            let build = "build api: it is not known which commit its image was made from";
            let build = (!known).then_some(build);
            let expected: Vec<&str> = build.into_iter().chain(expected).collect();
            assert_eq!(steps, expected, "{status}");
        }
    }
}

#[test]
fn a_hash_that_cannot_be_known_is_no_difference() {
    let nothing = || Some(Since::default());
    let unknown = model("", &[("environment.A", "1")]);
    let running = |a: &str| ContainerParts {
        image: "p-api".into(),
        restart: "always".into(),
        parts: map(&[("environment.A", a)]),
        ..ContainerParts::default()
    };
    assert_eq!(shown(&steps((None, &unknown), None, nothing())), [""; 0]);
    assert_eq!(shown(&steps((None, &unknown), Some(running("1")), nothing())), [""; 0]);
    let changed = shown(&steps((None, &unknown), Some(running("2")), nothing()));
    let usual = "recreate api: it runs with another configuration: environment A";
    assert_eq!(changed, [usual]);
}
