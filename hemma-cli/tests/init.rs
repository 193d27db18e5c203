//! `init` in repositories as people have them: the real program, without a host.

use std::path::Path;
use std::process::{Command, Output};

const COMPOSE: &str = "services:\n  web:\n    build: .\n    environment:\n      \
    VIRTUAL_HOST: shop.example.org\n      TOKEN: ${TOKEN:?}\n  migrate: {image: shop, restart: \"no\"}\n";

/// A git repository with these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let top = tempfile::tempdir().expect("a place");
    let shop = top.path().join("shop");
    std::fs::create_dir(&shop).expect("a place");
    for (path, text) in files {
        write(&shop, path, text);
    }
    let origin = "git@git.example:team/shop.git";
    for words in [&["init", "-q", "-b", "trunk"][..], &["remote", "add", "origin", origin]] {
        let made = command("git").args(words).current_dir(&shop).status().expect("git starts");
        assert!(made.success(), "git {words:?}");
    }
    top
}

fn write(shop: &Path, path: &str, text: &str) {
    let path = shop.join(path);
    std::fs::create_dir_all(path.parent().expect("it is below")).expect("a place");
    std::fs::write(path, text).expect("written");
}

#[test]
fn a_file_is_written_once_and_then_compared() {
    let top = repository(&[("compose.yaml", COMPOSE)]);
    let shop = top.path().join("shop");
    let file = shop.join("hemma.toml");

    let (code, said) = hemma(&shop, &["init", "--edge", "far.example.org"]);
    assert_eq!(code, Some(2), "nobody agrees: {said}");
    assert!(said.contains("add --yes"), "{said}");
    let (code, said) = hemma(&shop, &["init", "--edge", "far.example.org", "--plan"]);
    assert_eq!(code, Some(4), "{said}");
    assert!(
        !file.exists() && said.contains("remote = \"git@git.example:team/shop.git\""),
        "{said}"
    );
    assert!(said.contains("`--host ALIAS` says it"), "{said}");

    let (code, said) = hemma(&shop, &["init", "--edge", "far.example.org", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    let text = std::fs::read_to_string(&file).expect("it was written");
    for line in [
        "checkout = \"~/apps/shop\"",
        "branch = \"trunk\"",
        "name = \"shop.example.org\"",
        "# compose.yaml:5",
        "[services.migrate]",
        "required = [\"TOKEN\"]",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(hemma(&shop, &["config", "--check"]).0, Some(0));

    let (code, said) = hemma(&shop, &["init", "--plan"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("a new file would say nothing else"), "{said}");

    write(
        &shop,
        "compose.yaml",
        &COMPOSE.replace("shop.example.org", "shop.example.org,www.example.org"),
    );
    let (code, said) = hemma(&shop, &["init"]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("+ [[public]] = { name = \"www.example.org\""), "{said}");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), text, "it was changed");

    write(&shop, "hemma.toml", "[host]\nalais = 1\n");
    let (code, said) = hemma(&shop, &["init"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("hemma.toml:2:1"), "{said}");
}

#[test]
fn what_only_the_operator_knows_is_named_with_its_flag() {
    let top = repository(&[("a/compose.yml", COMPOSE), ("b/compose.yml", COMPOSE)]);
    let shop = top.path().join("shop");
    let (code, said) = hemma(&shop, &["init", "--yes"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("a/compose.yml, b/compose.yml") && said.contains("--file FILE"),
        "{said}"
    );
    let (code, said) = hemma(&shop, &["init", "--file", "b/compose.yml", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    // Without a target for them, the names are a comment.
    assert!(said.contains("# [[public]]") && said.contains("--edge NAME_OR_ADDRESS"), "{said}");
    assert_eq!(hemma(&shop, &["config", "--check"]).0, Some(0));
    let empty = repository(&[]);
    let (code, said) = hemma(&empty.path().join("shop"), &["init", "--yes"]);
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn a_workspace_gets_its_xtask() {
    let cargo = "[workspace]\nmembers = []\nresolver = \"3\"\n";
    let top = repository(&[("compose.yaml", COMPOSE), ("Cargo.toml", cargo)]);
    let shop = top.path().join("shop");
    let (code, said) = hemma(&shop, &["init", "--xtask", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    let read = |it: &str| std::fs::read_to_string(shop.join(it)).expect("it was written");
    assert!(read("Cargo.toml").contains("members = [\"xtask\"]"));
    assert!(read(".cargo/config.toml").contains("xtask = "));
    assert!(read("xtask/Cargo.toml").contains("hemma-cli = "));
    assert!(read("xtask/src/main.rs").contains("hemma_cli::main()"));
}

#[test]
fn a_run_without_a_file_says_once_what_it_guessed() {
    let top = repository(&[("compose.yaml", COMPOSE)]);
    let (code, said) = hemma(&top.path().join("shop"), &["plan", "--host", "far.invalid"]);
    assert_ne!(code, Some(0), "{said}");
    let guesses = said.matches("these values are guesses").count();
    assert_eq!(guesses, 1, "{said}");
    assert!(said.contains("~/apps/shop") && said.contains("`hemma init"), "{said}");
}

#[test]
fn a_host_that_cannot_be_seen_is_not_guessed_about() {
    let top = repository(&[("compose.yaml", COMPOSE)]);
    let shop = top.path().join("shop");
    let (code, said) = hemma(&shop, &["init", "--host", "far.invalid", "--yes"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(!shop.join("hemma.toml").exists());
}

#[test]
fn a_shell_is_set_up_once() {
    let home = tempfile::tempdir().expect("a place");
    let run = |words: &[&str]| {
        let mut program = command(env!("CARGO_BIN_EXE_hemma"));
        program.args(words).current_dir(home.path()).env("HOME", home.path());
        program.env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
        text(&program.output().expect("it starts"))
    };
    for (shell, file) in [
        ("bash", ".local/share/bash-completion/completions/hemma"),
        ("zsh", ".local/share/zsh/site-functions/_hemma"),
        ("fish", ".config/fish/completions/hemma.fish"),
    ] {
        let (code, said) = run(&["setup-shell", shell, "--yes"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(home.path().join(file).is_file(), "{file}");
        let (code, said) = run(&["setup-shell", shell]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("up to date"), "{said}");
    }
    assert!(home.path().join(".local/share/man/man1/hemma.1").is_file());
}

fn hemma(here: &Path, words: &[&str]) -> (Option<i32>, String) {
    let mut program = command(env!("CARGO_BIN_EXE_hemma"));
    text(&program.args(words).current_dir(here).output().expect("it starts"))
}

fn text(output: &Output) -> (Option<i32>, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[expect(clippy::disallowed_methods, reason = "the programs themselves are what is asked")]
fn command(program: &str) -> Command {
    Command::new(program)
}
