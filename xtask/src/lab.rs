//! `cargo xtask lab …`, and the host of `--lab`.

mod status;

use std::io::BufRead;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use hemma_cli::render::Terminal;
use hemma_cli::{Answer, Examples, Failure, PracticeHost, Run, Verb as AnyVerb};
use hemma_core::{Finding, Hint, Progress};
use hemma_lab::{Choice, Coreutils, Images, Lab, LabError, Link, Linked, Os, Sudo};
use tokio::sync::mpsc;

use crate::ids;

/// Start, look at or remove the practice host
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The system of the host: Debian 12 with the classic builder, Debian's newest engine with
    /// BuildKit, or one that hemma refuses; `HEMMA_LAB_OS` is the same
    #[arg(long, global = true, value_parser = value::<Os>(&Os::NAMES))]
    os: Option<Os>,
    #[command(subcommand)]
    verb: Verb,
}

/// The action on the lab.
#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Bring it up: Docker if needed, images, host, git remote, keys
    Up {
        /// The implementation of sudo, on a modern host
        #[arg(long, value_parser = value::<Sudo>(&Sudo::NAMES))]
        sudo: Option<Sudo>,
        /// The implementation of the small tools, on a modern host
        #[arg(long, value_parser = value::<Coreutils>(&Coreutils::NAMES))]
        coreutils: Option<Coreutils>,
    },
    /// Remove all of it
    Down {
        /// Keep the images, so that the next `up` takes seconds
        #[arg(long)]
        keep_images: bool,
    },
    /// Say whether it is up and where it listens
    Status,
    /// Log in as the operator
    Shell,
    /// Reset the host to its state before the first deploy
    Reset,
    /// Push a commit that breaks or changes something
    Fault {
        /// One of tests/lab/faults; without a name they are listed
        name: Option<String>,
        /// What the fault takes, mostly a service
        args: Vec<String>,
    },
    /// Reach the host over a link that is slow, stalls, or breaks
    Link {
        /// The time there and back, in milliseconds
        #[arg(long, value_name = "MS", default_value = "30")]
        delay: u64,
    },
}

/// A word that is not a fault of the link.
#[derive(Debug, thiserror::Error)]
#[error("there is no fault `{0}`")]
struct NoFault(String);

/// The practice host of this repository.
pub(crate) struct Host;

impl PracticeHost for Host {
    async fn up(progress: &Progress) -> Result<PathBuf, Failure> {
        let lab = Box::pin(Lab::up(progress)).await?;
        Ok(lab.config_file())
    }

    fn directory() -> Option<PathBuf> {
        hemma_lab::directory()
    }
}

impl AnyVerb for Args {
    const NAME: &'static str = "lab";
    const HEADING: &'static str = "Setting up";
    const NEEDS_CONFIG: bool = false;
    const EXAMPLES: Examples = &[
        ("lab", &[("bring the practice host up", "lab up"), ("remove it", "lab down")]),
        (
            "lab up",
            &[("bring it up, and use it", "lab up"), ("with BuildKit", "lab up --os modern")],
        ),
        ("lab down", &[("all of it", "lab down"), ("but the images", "lab down --keep-images")]),
        ("lab status", &[("whether it is up, and where", "lab status")]),
        ("lab shell", &[("log in", "lab shell")]),
        ("lab reset", &[("as before the first deploy", "lab reset")]),
        ("lab fault", &[("what there is", "lab fault"), ("one of them", "lab fault build-fails")]),
        ("lab link", &[("200 ms there and back", "lab link --delay 200")]),
    ];

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let say = run.progress();
        let choice = Choice { os: self.os, ..Choice::default() };
        match self.verb {
            Verb::Up { sudo, coreutils } => {
                let lab = Choice { sudo, coreutils, ..choice }.up(&say).await?;
                run.terminal().idle();
                status::status(&lab).await
            }
            Verb::Down { keep_images } => {
                let images = if keep_images { Images::Keep } else { Images::Remove };
                choice.down(images, &say).await?;
                Ok(found(Finding::pass(ids::LAB_REMOVED, "lab", "removed")))
            }
            Verb::Status => match choice.find().await {
                Ok(lab) => status::status(&lab).await,
                Err(error @ LabError::NotUp) => {
                    let up = Hint::Do("cargo xtask lab up".to_owned());
                    Ok(found(Finding::fail(ids::LAB_NOT_UP, "lab", error.to_string()).hint(up)))
                }
                Err(error) => Err(error.into()),
            },
            Verb::Shell => shell(&choice.find().await?),
            Verb::Reset => {
                choice.find().await?.reset().await?;
                Ok(found(Finding::pass(ids::LAB_RESET, "lab", "as before the first deploy")))
            }
            Verb::Fault { name, args } => fault(choice, name, &args).await,
            Verb::Link { delay } => {
                let lab = choice.find().await?;
                link(&lab, Duration::from_millis(delay), run.terminal()).await
            }
        }
    }
}

/// A parser of one of the names.
fn value<T>(names: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err = LabError> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|it| it.parse::<T>())
}

fn found(finding: Finding) -> Answer {
    Answer::Report([finding].into_iter().collect())
}

async fn fault(choice: Choice, name: Option<String>, args: &[String]) -> Result<Answer, Failure> {
    let known = Lab::faults()?;
    let Some(name) = name else {
        let width = known.keys().map(String::len).max().unwrap_or(0);
        let line = |(name, says): (String, String)| format!("{name:width$}  {says}\n");
        return Ok(Answer::text(known.into_iter().map(line).collect()));
    };
    if !known.contains_key(&name) {
        return Err(
            Failure::usage(NoFault(name)).hint(Hint::Do("cargo xtask lab fault".to_owned()))
        );
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let lab = choice.find().await?;
    let commit = lab.push_fault(&name, &args).await?;
    Ok(found(Finding::pass(
        ids::LAB_REMOTE,
        "git remote",
        format!("main is {}", &commit[..commit.len().min(12)]),
    )))
}

/// Gives the terminal to ssh; returns only if that fails.
fn shell(lab: &Lab) -> Result<Answer, Failure> {
    use std::os::unix::process::CommandExt;
    #[expect(
        clippy::disallowed_methods,
        reason = "a login needs the operator's own terminal, and no recording could hold it"
    )]
    let error =
        std::process::Command::new("ssh").arg("-F").arg(lab.ssh_config()).arg("hemma").exec();
    Err(Failure::unknown(error))
}

async fn link(lab: &Lab, round_trip: Duration, terminal: &Terminal) -> Result<Answer, Failure> {
    let Linked { link, ssh_config, config_file } = &lab.link(round_trip).await?;
    terminal.idle();
    terminal.note(&format!("ssh -F {} hemma", ssh_config.display()));
    terminal.note(&format!("cargo xtask --config {} status", config_file.display()));
    terminal.note("type: delay MS, stall, freeze, cut, mend, end");
    let mut words = typed();
    while let Some(line) = words.recv().await {
        match order(link, line.trim()) {
            Some(Told::End) => break,
            Some(Told::Done(said)) => terminal.note(&said),
            None => terminal.note("type: delay MS, stall, freeze, cut, mend, end"),
        }
    }
    Ok(found(Finding::pass(
        ids::LAB_LINK_CLOSED,
        "link",
        format!("closed after {} connections", link.accepted()),
    )))
}

enum Told {
    Done(String),
    End,
}

fn order(link: &Link, words: &str) -> Option<Told> {
    let said = match words.split_once(' ').unwrap_or((words, "")) {
        ("delay", milliseconds) => {
            link.delay(Duration::from_millis(milliseconds.trim().parse().ok()?));
            format!("{milliseconds} ms there and back")
        }
        ("stall", "") => {
            link.stall();
            "no data arrives, and no connection is closed".to_owned()
        }
        ("freeze", "") => {
            link.freeze();
            "open connections are dead, new ones work".to_owned()
        }
        ("cut", "") => {
            link.cut();
            "every connection is reset".to_owned()
        }
        ("mend", "") => {
            link.mend();
            "the link works".to_owned()
        }
        ("end" | "quit" | "exit", "") => return Some(Told::End),
        _ => return None,
    };
    Some(Told::Done(said))
}

/// The lines of standard input. They are read on their own thread: an interruption must not have to
/// wait for the Enter key, and the runtime would wait for its own threads.
fn typed() -> mpsc::UnboundedReceiver<String> {
    let (line, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for text in std::io::stdin().lock().lines().map_while(Result::ok) {
            if line.send(text).is_err() {
                return;
            }
        }
    });
    lines
}
