//! Repositories as people have them, each with the `hemma.toml` that is drafted for it. Each draft has
//! to be one that hemma reads.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::Config;
use crate::config::Surroundings;

/// The files of a repository.
type Files = BTreeMap<String, String>;

fn repository(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.contains("compose")
        && name.rsplit_once('.').is_some_and(|it| ["yml", "yaml"].contains(&it.1))
}

/// The draft of a repository with these answers, and its settings.
fn drafted(files: &Files, answers: &Answers, host: Option<HostFacts>) -> (Draft, Config) {
    let read = |path: &str| files.get(path).cloned();
    let all: Vec<String> = files.keys().filter(|it| is_compose(it)).cloned().collect();
    let stack = host.as_ref().and_then(|it| it.stack.clone());
    let chosen = choose_files(&all, (answers, stack.as_ref()), &read);
    let names: Vec<&str> = chosen.files.iter().map(|it| &**it).collect();
    let example = files.get(".env.example").map(|text| EnvTemplate {
        file: ".env.example".to_owned(),
        keys: text.lines().filter_map(|it| it.split('=').next()?.parse().ok()).collect(),
    });
    let facts = Facts {
        directory: Some("shop".to_owned()),
        remote: Some("https://git.example/shop.git".parse().expect("a remote")),
        branch: Some("main".parse().expect("a branch")),
        example,
        outline: hemma_docker::compose::Outline::of_files(&names, &read),
        host,
    };
    let draft = propose(&facts, answers, &chosen, Some("/home/op"));
    let text = draft.text(&["A draft."]);
    // What the repository says itself is not needed any more.
    let config = Config::parse_in(&text, Path::new("hemma.toml"), &Surroundings::default());
    let config = config.unwrap_or_else(|it| panic!("{it:?}\n{text}"));
    (draft, config)
}

/// The text with single spaces.
fn squeezed(text: &str) -> String {
    let line = |it: &str| it.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn on(alias: &str) -> Answers {
    Answers {
        host: Some((alias.parse().expect("an alias"), answers::Said::Flag)),
        ..Answers::default()
    }
}

#[test]
fn each_published_shape_gets_a_file_that_hemma_reads() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes");
    let mut paths: Vec<_> = std::fs::read_dir(directory)
        .expect("it is there")
        .map(|it| it.expect("it is listed").path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 50, "there are {}", paths.len());
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("it is text");
        let mut files = Files::new();
        for part in text.split("\n--- ").skip(1) {
            let (name, text) = part.split_once('\n').unwrap_or((part, ""));
            files.insert(name.to_owned(), format!("{}\n", text.trim_end_matches('\n')));
        }
        let [resolved, deploy] =
            ["resolved", "deploy"].map(|it| files.remove(it).unwrap_or_default());
        files.remove("host");
        files.remove("hemma.toml");
        let (draft, config) = drafted(&files, &on("far"), None);
        let wanted = deploy.lines().next().and_then(|it| it.strip_prefix("files "));
        let seen: Vec<_> = config.compose.files.iter().map(ToString::to_string).collect();
        assert_eq!(Some(seen.join(" ").as_str()), wanted, "{path:?}");
        let json: serde_json::Value = serde_json::from_str(&resolved).expect("Compose's JSON");
        assert_eq!(json["name"].as_str(), Some(&*config.compose.project), "{path:?}");
        assert_eq!(config.public.len(), 0, "{path:?}: no shape has a public name");
        // Each service that Compose sees is one of the draft.
        let services = json["services"].as_object().into_iter().flatten();
        for (name, _) in services {
            assert!(draft.roles.iter().any(|it| it.0 == *name), "{path:?}: {name}");
        }
        let again = Config::parse(&draft.text(&[]), Path::new("x")).expect("it is right");
        let differences = difference(&draft, &again);
        assert!(differences.is_empty(), "{path:?}: {differences:?}");
    }
}

/// What Compose resolves and what the files say is one project.
#[test]
fn the_files_alone_say_what_compose_says() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes");
    // Compose drops what these files leave to variables or profiles, or reads another file.
    let mut compared = 0;
    for entry in std::fs::read_dir(directory).expect("it is there") {
        let text = std::fs::read_to_string(entry.expect("listed").path()).expect("it is text");
        let parts: BTreeMap<&str, &str> =
            text.split("\n--- ").skip(1).filter_map(|it| it.split_once('\n')).collect();
        let json = Outline::of_json(parts["resolved"]).expect("Compose's JSON");
        let all: Vec<String> =
            parts.keys().map(|it| (*it).to_owned()).filter(|it| is_compose(it)).collect();
        let read = |path: &str| parts.get(path).map(|it| (*it).to_owned());
        let chosen = choose_files(&all, (&Answers::default(), None), &read);
        let names: Vec<&str> = chosen.files.iter().map(|it| &**it).collect();
        let files = Outline::of_files(&names, &read);
        for (name, theirs) in &json.services {
            let Some(ours) = files.services.get(name) else { panic!("{text}: {name}") };
            assert_eq!(ours.is_built, theirs.is_built, "{text}: {name}");
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}

/// A repository, its answers, and lines that its file has.
struct Row {
    files: &'static [(&'static str, &'static str)],
    answers: fn(&mut Answers),
    has: &'static [&'static str],
    asks: &'static [&'static str],
}

const NGINX_PROXY: &str = "services:\n  web:\n    build: .\n    environment:\n      \
    - VIRTUAL_HOST=shop.example.org,www.shop.example.org\n      - LETSENCRYPT_HOST=shop.example.org\n      \
    - DATABASE_URL=postgresql://shop:${DB_PASSWORD:?}@shared-postgres/shop\n    networks: [proxy]\n\
    networks:\n  proxy: {external: true}\n";

const TRAEFIK: &str = "name: corner\nservices:\n  web:\n    image: shop\n    labels:\n      \
    - \"traefik.http.routers.web.rule=Host(`shop.example.org`)\"\n  hidden:\n    image: shop\n    \
    labels: {traefik.enable: \"false\", traefik.http.routers.h.rule: \"Host(`x.example.org`)\"}\n";

const PORTS: &str = "services:\n  web:\n    image: shop\n    ports: [\"127.0.0.1:8080:80\"]\n  \
    admin:\n    image: shop\n    ports: [\"9000:9000\"]\n  db:\n    image: postgres:17\n    \
    ports: [\"127.0.0.1:5432:5432\"]\n  caddy:\n    image: caddy:2\n    ports: [\"80:80\", \"443:443\", \"443:443/udp\"]\n";

const JOBS: &str = "services:\n  web:\n    image: shop\n    depends_on:\n      migrate: {condition: service_completed_successfully}\n  \
    migrate: {image: shop}\n  seed:\n    image: shop\n    restart: \"no\"\n  worker: {image: shop, restart: always}\n  \
    mail: {image: mailhog, profiles: [dev]}\n";

const VARIABLES: &str = "services:\n  web:\n    image: \"shop:${TAG:-1}\"\n    environment:\n      \
    VIRTUAL_HOST: ${DOMAIN}\n      KEY: ${API_KEY:?needed}\n      OTHER: $OTHER\n      LEVEL: ${LEVEL:-info}\n";

fn edge(answers: &mut Answers) {
    answers.edge = Some((Some("far.example.org".parse().expect("a name")), answers::Said::Flag));
}

#[test]
fn what_people_have_becomes_settings() {
    let rows = [
        Row {
            files: &[("compose.yaml", NGINX_PROXY)],
            answers: edge,
            has: &[
                "name = \"shop.example.org\" # compose.yaml:5",
                "name = \"www.shop.example.org\"",
                "network = \"proxy\"",
                "host = \"far.example.org\" # --edge",
                "container = \"shared-postgres\" # guess",
                "role = \"shop\"",
                "password_key = \"DB_PASSWORD\"",
                "databases = [\"shop\"]",
                "required = [\"DB_PASSWORD\"]",
            ],
            asks: &[],
        },
        Row {
            files: &[("compose.yaml", NGINX_PROXY)],
            answers: |_| {},
            has: &["# [[public]]", "# name = \"shop.example.org\""],
            asks: &["--edge NAME_OR_ADDRESS"],
        },
        Row {
            files: &[("compose.yaml", TRAEFIK)],
            answers: edge,
            has: &["project = \"corner\" # compose.yaml:1", "service = \"web\""],
            asks: &[],
        },
        Row {
            files: &[("compose.yaml", PORTS)],
            answers: |_| {},
            has: &["open = [80, 443]", "[[forward]]", "local = 8080", "service = \"web\""],
            asks: &["--open 9000"],
        },
        Row {
            files: &[("compose.yaml", PORTS)],
            answers: |it| {
                it.open.insert(9000);
            },
            has: &["open = [80, 443, 9000]"],
            asks: &[],
        },
        Row {
            files: &[("compose.yaml", JOBS)],
            answers: |_| {},
            has: &["[services.migrate]", "[services.seed]", "kind = \"job\""],
            asks: &["--profile NAME"],
        },
        Row {
            files: &[("compose.yaml", JOBS)],
            answers: |it| {
                it.profiles = Some((vec!["dev".parse().expect("a profile")], answers::Said::Flag));
            },
            has: &["profiles = [\"dev\"]"],
            asks: &[],
        },
        Row {
            files: &[
                ("compose.yaml", VARIABLES),
                (".env.example", "DOMAIN=\nAPI_KEY=\nOTHER=\nMORE=1\n"),
            ],
            answers: |_| {},
            has: &["required = [\"API_KEY\", \"DOMAIN\", \"OTHER\"]"],
            asks: &["--public NAME=web"],
        },
        Row {
            files: &[
                ("docker-compose.yml", JOBS),
                ("docker-compose.prod.yml", "services: {web: {restart: always}}"),
            ],
            answers: |it| it.profiles = Some((Vec::new(), answers::Said::Flag)),
            has: &["files = [\"docker-compose.yml\", \"docker-compose.prod.yml\"]"],
            asks: &["--file FILE"],
        },
        Row {
            files: &[("deploy/compose.yml", TRAEFIK)],
            answers: edge,
            has: &["files = [\"deploy/compose.yml\"]", "# deploy/compose.yml:6"],
            asks: &[],
        },
        Row {
            files: &[("a/compose.yml", JOBS), ("b/compose.yml", JOBS)],
            answers: |_| {},
            has: &["alias = \"far\""],
            asks: &["--file FILE"],
        },
        Row { files: &[], answers: |_| {}, has: &["branch = \"main\""], asks: &[] },
    ];
    for Row { files, answers, has, asks } in rows {
        let mut said = on("far");
        answers(&mut said);
        let (draft, _) = drafted(&repository(files), &said, None);
        let text = squeezed(&draft.text(&[]));
        for line in has {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let flags: Vec<&str> = draft.questions.iter().map(|it| it.flag.as_str()).collect();
        assert_eq!(flags, asks, "{text}");
    }
}

/// A stack that was brought up by hand keeps its name, its checkout and its files.
#[test]
fn a_running_stack_is_adopted() {
    let files = repository(&[
        ("deploy/compose.yml", VARIABLES),
        ("deploy/compose.prod.yml", "services: {web: {restart: always}}"),
    ]);
    let directory = "/home/op/live/shop/deploy";
    let stack = Stack {
        project: "oldname".to_owned(),
        directory: directory.to_owned(),
        files: ["compose.yml", "compose.prod.yml"].map(|it| format!("{directory}/{it}")).to_vec(),
        services: ["web".to_owned()].into(),
        checkout: Some("/home/op/live/shop".to_owned()),
        below: "deploy/".to_owned(),
        remote: None,
    };
    let host = HostFacts {
        stack: Some(stack),
        virtual_hosts: [("web".to_owned(), "shop.example.org".to_owned())].into(),
        addresses: vec!["203.0.113.7".parse().expect("an address")],
        ..HostFacts::default()
    };
    let (draft, config) = drafted(&files, &on("far"), Some(host));
    assert_eq!(config.compose.project, "oldname");
    assert_eq!(config.host.checkout, "~/live/shop");
    assert_eq!(config.compose.files, ["deploy/compose.yml", "deploy/compose.prod.yml"]);
    assert_eq!(config.public[0].name, "shop.example.org");
    assert_eq!(config.edge.addresses.len(), 1);
    assert!(draft.questions.is_empty(), "{:?}", draft.questions);
    // Settings with a guessed name would be corrected.
    let guessed = Config::parse("[host]\nalias = \"far\"\n", Path::new("x")).expect("it is right");
    let differences = difference(&draft, &guessed);
    let project = differences.iter().find(|it| it.key == "compose.project").expect("it differs");
    assert_eq!(project.proposed, "\"oldname\"");
    assert!(project.to_string().starts_with("- compose.project = \"app\"\n+ compose.project = "));
}

#[test]
fn answers_are_read_and_wrong_ones_are_asked_again() {
    let (draft, _) =
        drafted(&repository(&[("compose.yaml", VARIABLES)]), &Answers::default(), None);
    let mut answers = Answers::default();
    for (question, right, wrong) in [
        (&draft.questions[0], "far", "-far"),
        (&draft.questions[1], "shop.example.org", "http://x"),
    ] {
        assert!(answers.take(question, wrong).is_err(), "{question:?}");
        answers.take(question, right).expect("it is right");
    }
    assert_eq!(answers.public.len(), 1);
    let (draft, _) = drafted(&repository(&[("compose.yaml", VARIABLES)]), &answers, None);
    let edge = &draft.questions[0];
    assert_eq!(edge.about, About::Edge);
    answers.take(edge, "203.0.113.7 2001:db8::7").expect("addresses");
    let (draft, config) = drafted(&repository(&[("compose.yaml", VARIABLES)]), &answers, None);
    assert_eq!((draft.questions.len(), config.edge.addresses.len()), (0, 2));
}
