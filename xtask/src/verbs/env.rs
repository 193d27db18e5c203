//! Single keys of the host's `.env`.

use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use hemma_core::config::EnvKey;
use hemma_core::{Attended, Command, Hint, Live, Secret, SshOptions, Verdict};
use hemma_docker::compose::Layers;
use hemma_docker::env_file::{self, Difference, EnvFile, Surroundings};

use crate::{Answer, Failure, Proposal, Run};

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
        /// The example, e.g. env.example.hemma.prod
        example: PathBuf,
    },
}

/// Puts the terminal back as it was however it ends; Ctrl-C reaches it as well as us.
const ASK: &str = r#"
printf 'value of %s (it is not shown): ' "$1" >&2
trap 'stty echo; echo >&2' EXIT
trap 'exit 130' INT TERM HUP
stty -echo
IFS= read -r value && printf %s "$value"
"#;

/// A longer value was not meant for a settings file.
const VALUE_BYTES_MAX: u64 = 64 << 10;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("no value was given")]
    NoValue,
    #[error("the value has more than {} KiB, which no setting has", VALUE_BYTES_MAX >> 10)]
    TooLong,
    #[error("the value could not be read")]
    Read(#[source] std::io::Error),
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
    let value = if run.terminal().somebody() {
        ask(run, key).await?
    } else {
        // Whoever waits for standard input may be interrupted.
        tokio::task::spawn_blocking(read).await.map_err(Failure::unknown)??
    };
    let before = env_file::verify(world, config, Layers::Main).await;
    let place = format!("in {}/.env on {}", config.host.checkout, config.host.alias);
    let proposal = if env_file::would_change(world, config, key, &value).await? {
        let intent = format!("Set {key} in .env on {}", run.place());
        Proposal::default().step("set", key.as_str(), place).of("key", "keys").to(intent)
    } else {
        Proposal::default()
    };
    run.mend(before, proposal, async |approval| {
        let write = async || env_file::set(world, config, key, &value, approval).await;
        run.locked("env set", approval, write).await?;
        Ok(env_file::verify(world, config, Layers::Main).await)
    })
    .await
}

async fn ask(run: &Run<'_>, key: &EnvKey) -> Result<Secret, Failure> {
    run.terminal().forget_what_was_typed();
    let script = Command::script(ASK, [key.as_str()]).named("ask for a value");
    let local = Live::new(SshOptions::default());
    let answer = local.attend(&script, Attended::Kept).await?;
    if !answer.success() {
        return Err(Failure::usage(Error::NoValue));
    }
    Ok(Secret::new(answer.stdout))
}

fn read() -> Result<Secret, Failure> {
    let input = std::io::stdin().lock();
    let mut text = String::new();
    // From a terminal it would stand on the screen, and nobody was asked for it.
    if !input.is_terminal() {
        let mut input = input.take(VALUE_BYTES_MAX + 1);
        input.read_to_string(&mut text).map_err(|source| Failure::usage(Error::Read(source)))?;
    }
    if text.len() as u64 > VALUE_BYTES_MAX {
        return Err(Failure::usage(Error::TooLong));
    }
    // Every tool that prints a value ends it with a line end that is no part of it.
    let value = text.strip_suffix('\n').unwrap_or(&text);
    if value.is_empty() {
        let hint =
            "give it on standard input: `pass show huleedu/jwt | cargo xtask env set KEY --yes`";
        return Err(Failure::usage(Error::NoValue).hint(Hint::Do(hint.to_owned())));
    }
    Ok(Secret::new(value))
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
    // What the host has beyond the example is its own business.
    let verdict = if difference.removed.is_empty() { Verdict::Pass } else { Verdict::Fail };
    Answer::Text(text, verdict)
}
