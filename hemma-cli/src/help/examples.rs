//! The examples in the help: one or more for each command, each with its purpose.

use crate::commands::Commands;
use crate::speaker::Program;
use crate::verb::Examples;

/// The words after the program's name, and the purpose. `NAME | …` before them and `> FILE` or `|
/// …` after them are the shell's.
type Example = (&'static str, &'static str);

const DEPLOY: &[Example] = &[
    ("see what would be done, and why", "deploy --plan"),
    ("see it, agree to it, and wait until the public names answer", "deploy"),
    ("without a terminal, as in CI", "deploy --yes"),
    ("with the images that tags name in their registries now", "deploy --pull"),
];

/// The last example of `deploy`, where there is a practice host.
const PRACTISE: Example = ("practise, on a host in containers", "deploy --lab");

/// The examples by the words of the command, in the order of the help.
const EXAMPLES: Examples = &[
    ("deploy", DEPLOY),
    (
        "plan",
        &[
            ("what a deploy would do; exit 4 if there is something", "plan"),
            ("one stage of hemma.toml alone", "plan --stage rest"),
            ("for a program", "plan --json | jq -r '.plan.steps[].subject'"),
        ],
    ),
    (
        "rollback",
        &[
            ("see which release it would be", "rollback --plan"),
            ("back to the one before", "rollback"),
            ("back to this commit", "rollback --to 3f2a91c"),
        ],
    ),
    ("status", &[("once", "status"), ("until Ctrl-C, only what changes", "status --watch")]),
    ("history", &[("what was done last", "history")]),
    (
        "logs",
        &[
            ("the last 100 lines of each", "logs web redis"),
            ("what comes, until Ctrl-C", "logs redis --tail 5 --follow"),
        ],
    ),
    ("restart", &[("so that it reads .env again", "restart web")]),
    ("rebuild", &[("build its image again and replace it", "rebuild web")]),
    (
        "exec",
        &[
            ("a shell in the container", "exec web -- bash"),
            ("a query, byte for byte", "exec database -- psql -Atc 'select 1' > one.txt"),
        ],
    ),
    ("env", &[("the keys that the host lacks", "env diff env.example")]),
    (
        "env set",
        &[
            ("the value is asked for and not shown", "env set JWT_SECRET_KEY"),
            ("from a password store", "pass show shop/jwt | env set JWT_SECRET_KEY --yes"),
        ],
    ),
    ("env diff", &[("- lacks, + has beyond the example", "env diff env.example")]),
    ("registry", &[("so that images of it can be pulled", "registry login ghcr.io --user robot")]),
    (
        "registry login",
        &[
            ("the token is asked for and not shown", "registry login ghcr.io --user robot"),
            ("from a password store", "pass show ghcr | registry login ghcr.io --user robot --yes"),
            ("Docker Hub", "registry login --user shop"),
        ],
    ),
    ("registry logout", &[("forget the login", "registry logout ghcr.io")]),
    ("lock", &[("who holds the lock", "lock show")]),
    ("lock show", &[("who holds the lock", "lock show")]),
    ("lock release", &[("release it from a run that hangs", "lock release")]),
    (
        "backup",
        &[
            ("all databases of the application, on the host", "backup"),
            ("one of them, into a directory here", "backup shop --here dumps"),
        ],
    ),
    ("prune", &[("see what would be removed", "prune --plan"), ("remove it", "prune")]),
    (
        "tunnel",
        &[
            ("open all forwards of hemma.toml, and check the services behind them", "tunnel start"),
            ("at every login", "tunnel install"),
        ],
    ),
    ("tunnel start", &[("one of them", "tunnel start language-tool")]),
    ("tunnel stop", &[("all of them", "tunnel stop")]),
    ("tunnel restart", &[("one of them", "tunnel restart embeddings")]),
    ("tunnel status", &[("whether the services answer", "tunnel status")]),
    ("tunnel logs", &[("what happened last", "tunnel logs --tail 20")]),
    ("tunnel run", &[("in the foreground, until Ctrl-C", "tunnel run language-tool")]),
    ("tunnel install", &[("at every login", "tunnel install")]),
    ("tunnel uninstall", &[("no longer", "tunnel uninstall")]),
    (
        "check-text",
        &[
            ("the mistakes in a file", "check-text essay.txt"),
            ("in what another program says", "pdftotext essay.pdf - | check-text -"),
        ],
    ),
    ("embed", &[("a vector for each text", "embed essays.jsonl --out vectors.npy")]),
    ("extract", &[("the features of each essay", "extract essays.jsonl --out features")]),
    (
        "init",
        &[
            ("from the repository, the host and your answers", "init --host far"),
            ("see what it would be", "init --host far --plan"),
            (
                "without a terminal",
                "init --host far --public shop.example.org=web --edge far.example.org --yes",
            ),
            ("whether hemma.toml is still what a new one would be", "init --plan"),
        ],
    ),
    (
        "setup-shell",
        &[
            ("completions and manual pages for your shell", "setup-shell"),
            ("for another one", "setup-shell fish"),
        ],
    ),
    (
        "config",
        &[
            ("what is in force, the defaults included", "config"),
            ("whether hemma.toml is right", "config --check"),
            ("for an editor", "config --schema > hemma.schema.json"),
        ],
    ),
    (
        "completions",
        &[
            ("bash: in ~/.bashrc", "completions bash > ~/.local/share/hemma.bash"),
            ("zsh: in ~/.zshrc, after compinit", "completions zsh > ~/.local/share/hemma.zsh"),
            ("fish: read by itself", "completions fish > ~/.config/fish/conf.d/hemma.fish"),
            ("for a binary of another name", "completions bash --for hemma"),
        ],
    ),
    (
        "json-schema",
        &[
            ("what `history --json` writes", "json-schema history"),
            ("what a command without data of its own writes", "json-schema"),
        ],
    ),
    ("day0 preconditions", &[("is the host ready?", "day0 preconditions")]),
    ("day1 dns-records", &[("where do the names lead?", "day1 dns-records")]),
    ("day1 proxy-health", &[("what listens on ports 80 and 443?", "day1 proxy-health")]),
    ("day1 cert-readiness", &[("will certificates come?", "day1 cert-readiness")]),
    ("day2 checkout-location", &[("can it be deployed?", "day2 checkout-location")]),
    ("day2 external-network", &[("see whether it is missing", "day2 external-network --plan")]),
    ("day2 mirror-repo", &[("clone it, or bring it up to date", "day2 mirror-repo")]),
    (
        "day2 env-file",
        &[
            ("what is wrong with it, by keys", "day2 env-file"),
            ("in your own editor", "day2 env-file --edit"),
        ],
    ),
    ("day2 shared-db", &[("what is missing there", "day2 shared-db --plan")]),
    ("day2 first-deploy", &[("the same as deploy", "day2 first-deploy")]),
    ("day2 service-health", &[("is everything healthy?", "day2 service-health")]),
    ("day2 routing-tls", &[("does it answer from outside?", "day2 routing-tls")]),
    ("day3 language-tool-deploy", &[("bring it up", "day3 language-tool-deploy")]),
    ("day3 language-tool-health", &[("is it the real checker?", "day3 language-tool-health")]),
    ("day3 tunnels", &[("open them", "day3 tunnels")]),
    ("day3 smoke-test", &[("does it find mistakes?", "day3 smoke-test")]),
    ("offload image-build", &[("build it", "offload image-build")]),
    ("offload container-run", &[("run it", "offload container-run")]),
    ("offload container-health", &[("is it complete?", "offload container-health")]),
    ("offload tunnel", &[("open it", "offload tunnel")]),
    (
        "offload pipeline",
        &[(
            "run a program of yours",
            "offload pipeline -- pdm run essay-features --offload-service-url {embeddings}",
        )],
    ),
    ("notes public-surface", &[("what is open to other machines?", "notes public-surface")]),
];

/// The end of a command's help; `None` for one without examples.
pub(super) fn of(path: &[String], all: &Commands) -> Option<String> {
    let words = path.join(" ");
    let mut examples = EXAMPLES.iter().chain(all.verbs.iter().flat_map(|it| it.examples));
    let (_, examples) = examples.find(|(command, _)| *command == words)?;
    let practise = (words == "deploy" && all.practice.is_some()).then_some(&PRACTISE);
    let line =
        |(purpose, typed): &Example| format!("  # {purpose}\n  {}\n", line(typed, &all.program));
    let lines: String = examples.iter().chain(practise).map(line).collect();
    Some(format!("Examples:\n{}", lines.trim_end()))
}

/// The line with the program's name in front of its words, which are the last command of a pipe.
fn line(typed: &str, program: &Program) -> String {
    let (before, ours) = ours(typed);
    format!("{before}{program} {ours}")
}

/// The beginning of a pipe, and the program's own words with what follows them.
fn ours(typed: &str) -> (&str, &str) {
    let own = |it: &str| EXAMPLES.iter().any(|(command, _)| it.starts_with(command));
    let piped = typed.find(" | ").map(|at| typed.split_at(at + 3));
    piped.filter(|(_, after)| own(after)).unwrap_or(("", typed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::App;

    #[test]
    fn every_example_is_a_command_line() {
        for (command, examples) in EXAMPLES {
            assert!(!examples.is_empty(), "{command} has none");
            for (_, typed) in *examples {
                let (_, ours) = ours(typed);
                let ours = ours.split(" | ").next().and_then(|it| it.split(" > ").next());
                let words = crate::scene::words(ours.unwrap_or_default());
                let read = App::new().parse(words.iter().map(String::as_str));
                assert!(read.is_ok(), "`{typed}`: {}", read.expect_err("it was not read"));
                assert!(typed.contains(command.split(' ').next().unwrap_or_default()), "{typed}");
            }
        }
    }

    #[test]
    fn every_command_has_examples() {
        let root = App::new().command();
        let mut lacking = Vec::new();
        for it in root.get_subcommands().filter(|it| !it.is_hide_set()) {
            lacks(it, &mut Vec::new(), &mut lacking);
        }
        assert!(lacking.is_empty(), "{lacking:#?}");
    }

    /// Collects commands without examples. Groups of sections have none.
    fn lacks(command: &clap::Command, path: &mut Vec<String>, lacking: &mut Vec<String>) {
        path.push(command.get_name().to_owned());
        let is_leaf = !command.has_subcommands();
        if is_leaf && of(path, &Commands::default()).is_none() {
            lacking.push(path.join(" "));
        }
        command.get_subcommands().for_each(|it| lacks(it, path, lacking));
        path.pop();
    }

    #[test]
    fn the_programs_name_stands_before_our_own_words() {
        let rows = [
            ("deploy --plan", "cargo xtask deploy --plan"),
            ("pass show x | env set KEY --yes", "pass show x | cargo xtask env set KEY --yes"),
            ("plan --json | jq .plan", "cargo xtask plan --json | jq .plan"),
        ];
        for (typed, shown) in rows {
            assert_eq!(line(typed, &Program::default()), shown);
        }
    }
}
