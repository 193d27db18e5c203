//! A repository other than HuleEdu's sees nothing of HuleEdu.

use std::path::Path;
use std::process::{Command, Output};

use hemma_core::World;
use hemma_deploy::config::Surroundings;
use hemma_deploy::{Config, preconditions, shared_db};

/// A file of three lines, one with a domain, and no file.
const FILES: [Option<&str>; 4] = [
    None,
    Some(""),
    Some("[host]\nalias = \"far\"\ncheckout = \"/srv/shop\"\n"),
    Some(
        "[host]\nalias = \"far\"\n[edge]\nhost = \"far.example.org\"\n\
         [[public]]\nname = \"shop.example.org\"\nservice = \"web\"\n",
    ),
];

const COMPOSE: &str = "services:\n  web:\n    image: nginx\n    ports: [\"127.0.0.1:8080:80\"]\n";

#[test]
fn its_settings_and_the_help_are_its_own() {
    let top = repository();
    let shop = top.path().join("shop");
    for file in FILES {
        match file {
            Some(text) => std::fs::write(shop.join("hemma.toml"), text).expect("written"),
            None => drop(std::fs::remove_file(shop.join("hemma.toml"))),
        }
        let config = hemma(&shop, &["config", "--host", "far"]);
        assert!(config.contains("checkout = \"~/apps/shop\"") || config.contains("/srv/shop"));
        assert!(config.contains("files = [\"docker-compose.yml\"]"), "{config}");
        assert!(config.contains("remote = \"https://git.example.org/shop.git\""), "{config}");
        assert!(!config.contains("[database]") && !config.contains("network"), "{config}");
        for words in [&["--help"][..], &["-h"], &["day3", "--help"], &["completions", "bash"]] {
            let help = hemma(&shop, words);
            assert!(!help.contains("offload") && !help.contains("check-text"), "{help}");
        }
        hemma(&shop, &["help", "deploy"]);
        hemma(&shop, &["config", "--schema"]);
    }
}

#[test]
fn what_it_does_not_name_is_not_applicable_or_said_with_what_to_add() {
    let top = repository();
    let shop = top.path().join("shop");
    std::fs::write(shop.join("hemma.toml"), "[host]\nalias = \"far.invalid\"\n").expect("written");
    for section in [
        ["day1", "dns-records"],
        ["day1", "proxy-health"],
        ["day1", "cert-readiness"],
        ["day2", "external-network"],
        ["day2", "shared-db"],
        ["day2", "routing-tls"],
        ["day3", "tunnels"],
        ["tunnel", "status"],
    ] {
        let said = hemma(&shop, &section);
        assert!(said.starts_with("not applicable: hemma.toml names no "), "{section:?}: {said}");
    }
    for (typed, lacks) in [
        (&["offload", "image-build"][..], "hint: add [offload] to hemma.toml"),
        (&["day3", "smoke-test"], "name = \"language-tool\""),
        (&["check-text", "docker-compose.yml"], "name = \"language-tool\""),
    ] {
        let output = run(&shop, typed);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{typed:?}: {said}");
        assert!(said.contains(lacks), "{typed:?}: {said}");
    }
}

/// Nothing is asked of a host, so an empty recording is enough.
#[test]
fn a_plan_has_no_network_and_no_database_of_another_application() {
    let empty = "[scene]\ntyped = \"plan\"\norigin = \"hand\"\nnow = \"2026-11-30T12:00:00Z\"\n\
                 tool = \"none\"\n";
    let world = World::replay(empty.parse().expect("a recording"));
    let surroundings =
        Surroundings { directory: Some("shop".to_owned()), ..Surroundings::default() };
    let text = "[host]\nalias = \"far\"\n";
    let config = Config::parse_in(text, Path::new("hemma.toml"), &surroundings).expect("right");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let planned = runtime.block_on(shared_db::plan(&world, &config));
    assert_eq!(planned, Err(shared_db::Error::NotConfigured));
    let asked = runtime.block_on(preconditions::verify(&world, &config));
    let subjects: Vec<_> = asked.findings.iter().map(|it| it.subject.as_str()).collect();
    assert!(
        !subjects.iter().any(|it| it.contains("proxy") || it.contains("network")),
        "{subjects:?}"
    );
}

/// A git repository with a compose file and an origin.
fn repository() -> tempfile::TempDir {
    let top = tempfile::tempdir().expect("a place");
    let shop = top.path().join("shop");
    std::fs::create_dir(&shop).expect("a place");
    std::fs::write(shop.join("docker-compose.yml"), COMPOSE).expect("written");
    for words in
        [&["init", "-q"][..], &["remote", "add", "origin", "https://git.example.org/shop.git"]]
    {
        let made = command("git").args(words).current_dir(&shop).status().expect("git starts");
        assert!(made.success(), "git {words:?}");
    }
    top
}

/// The output, which ends well and names no other application.
fn hemma(here: &Path, words: &[&str]) -> String {
    let output = run(here, words);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
    assert!(!said.to_lowercase().contains("hule"), "{words:?}: {said}");
    said
}

fn run(here: &Path, words: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_hemma-xtask");
    command(program).args(words).current_dir(here).output().expect("it starts")
}

fn text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[expect(clippy::disallowed_methods, reason = "the programs themselves are what is asked")]
fn command(program: &str) -> Command {
    Command::new(program)
}
