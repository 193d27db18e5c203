//! From a command line to an exit code.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use hemma_core::{Applied, Cassette, Live, SshOptions, World};
use hemma_deploy::{Config, env_file};

use crate::cli::{self, Call};
use crate::commands::Commands;
use crate::flags::Flags;
use crate::interrupt::{self, Interrupts};
use crate::named::Named;
use crate::practice::{Practice, PracticeHost};
use crate::render::document::Document;
use crate::render::{self, Terminal};
use crate::run::Typed;
use crate::section::{self, Registered, Section};
use crate::speaker::Program;
use crate::verb::{AddedVerb, Verb};
use crate::{Answer, Exit, Failure, Run, operator, rehearsal, settings};

/// The command line: hemma's sections and verbs, and what a repository adds to them.
#[derive(Debug, Clone, Default)]
pub struct App {
    commands: Commands,
}

/// The surroundings of a run.
pub(crate) struct Stage {
    pub here: PathBuf,
    pub terminal: Terminal,
    pub interrupts: Interrupts,
    pub answers: Answers,
}

/// The source of answers.
pub(crate) enum Answers {
    /// The real world.
    Outside,
    /// The real world, with a recording of it.
    Recorded,
    /// A recording.
    Cassette(Cassette),
}

/// The end of a run, and its world.
pub(crate) struct Ended {
    pub exit: Exit,
    pub scene: Option<(World, Config)>,
}

impl App {
    /// hemma's own sections and verbs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a section from another repository.
    ///
    /// # Panics
    ///
    /// If its slug is not of the form `<group>_<step>_<noun>`.
    #[must_use]
    pub fn section<S: Section>(mut self) -> Self {
        assert!(
            section::subcommand(S::SLUG).is_some(),
            "`{}` is not the slug of a section",
            S::SLUG
        );
        self.commands.sections.push(Registered::of::<S>());
        self
    }

    /// Adds a verb from another repository.
    ///
    /// # Panics
    ///
    /// If there is a command of that name already.
    #[must_use]
    pub fn verb<V: Verb>(mut self) -> Self {
        let is_there = self.command().find_subcommand(V::NAME).is_some();
        assert!(!is_there, "there is a command `{}` already", V::NAME);
        self.commands.verbs.push(AddedVerb::of::<V>());
        self
    }

    /// Adds the flag `--lab`, with which a command works on a practice host.
    #[must_use]
    pub fn practice_host<H: PracticeHost>(mut self) -> Self {
        self.commands.practice = Some(Practice::of::<H>());
        self
    }

    /// Sets the words before a command's name in hints and in the help. A process that runs
    /// [`main`](Self::main) has those that it was called by.
    #[must_use]
    pub fn called(mut self, first: impl AsRef<std::ffi::OsStr>) -> Self {
        self.commands.program = Program::called(first.as_ref());
        self
    }

    /// The slugs of all sections, in their order.
    pub fn slugs(&self) -> impl Iterator<Item = &'static str> {
        self.commands.sections.iter().map(|it| it.slug)
    }

    /// The whole command line, for help, completions and manuals.
    pub fn command(&self) -> clap::Command {
        cli::command(&self.commands)
    }

    /// Runs the command line of this process.
    pub fn main(mut self) -> ExitCode {
        let args: Vec<OsString> = std::env::args_os().collect();
        self.commands.program = args.first().map(|it| Program::called(it)).unwrap_or_default();
        let words: Vec<_> = args.iter().map(|it| it.to_string_lossy().into_owned()).collect();
        self.commands.named =
            std::env::current_dir().map(|it| Named::here(&words, &it)).unwrap_or_default();
        let call = match cli::parse(&self.commands, args.clone()) {
            Ok(call) => call,
            Err(error) => {
                let json = args.iter().any(|it| it == "--json");
                let written = render::usage(&error, &Flags { json, ..Flags::default() });
                return match (error.use_stderr(), written) {
                    (true, _) => Exit::Usage,
                    (false, true) => Exit::AsPlanned,
                    (false, false) => Exit::Unwritten,
                }
                .into();
            }
        };
        let terminal = Terminal::of_process(&call.flags);
        let runtime = match tokio::runtime::Runtime::new() {
            Ok(runtime) => runtime,
            Err(error) => {
                terminal.failure(&Failure::unknown(error));
                return Exit::Unknown.into();
            }
        };
        let exit = runtime.block_on(self.as_process(call, terminal));
        // A thread may still wait for the Enter key of an interrupted prompt.
        runtime.shutdown_background();
        exit.into()
    }

    async fn as_process(&self, call: Call, terminal: Terminal) -> Exit {
        let surroundings = std::env::current_dir().and_then(|here| {
            let ends_itself = call.what.ends_itself();
            let interrupts =
                if ends_itself { Interrupts::never() } else { Interrupts::of_process()? };
            Ok((here, interrupts))
        });
        let (here, interrupts) = match surroundings {
            Ok(surroundings) => surroundings,
            Err(error) => {
                terminal.failure(&Failure::unknown(error));
                return Exit::Unknown;
            }
        };
        let answers = Answers::Outside;
        Box::pin(self.perform(call, Stage { here, terminal, interrupts, answers })).await.exit
    }

    /// Parses a command line that was typed after `cargo xtask`, for callers that run it
    /// in-process.
    pub(crate) fn parse<'a>(
        &self,
        typed: impl IntoIterator<Item = &'a str>,
    ) -> Result<Call, clap::Error> {
        cli::parse(&self.commands, std::iter::once("xtask").chain(typed))
    }

    /// Runs a command line, and cleans up after it.
    pub(crate) async fn perform(&self, call: Call, stage: Stage) -> Ended {
        let Stage { here, terminal, mut interrupts, answers } = stage;
        let Call { flags, what, command } = call;
        let practice = self.commands.practice;
        terminal.speaks(self.commands.speaker(&flags, None));
        let set = tokio::select! {
            scene = scene((&flags, &what), practice, &here, &terminal, answers) => Some(scene),
            () = interrupts.next() => None,
        };
        terminal.idle();
        let scene = match set {
            Some(Ok(scene)) => scene,
            Some(Err(failure)) => {
                let exit = failure.exit();
                conclude(&terminal, Document::new(exit), Some(&Err(failure)));
                return Ended { exit, scene: None };
            }
            None => {
                terminal.left_behind(&[], None, true);
                conclude(&terminal, Document::new(Exit::Interrupted), None);
                return Ended { exit: Exit::Interrupted, scene: None };
            }
        };
        let (world, config) = &scene;
        let ssh_config = config.host.ssh_config.as_ref().map(hemma_core::names::LocalPath::as_path);
        terminal.speaks(self.commands.speaker(&flags, ssh_config));
        let program = &self.commands.program;
        let typed = Typed { flags: &flags, here: &here, program, command: &command, practice };
        let run = Run::new(typed, &terminal, (world, config));
        let work = Box::pin(what.run(&run));
        let result = interrupt::race(world, &terminal, interrupts, work).await;
        let handshakes = world.handshakes();
        terminal.idle();
        world.close().await;
        let mut warnings: Vec<String> = world.remarks().iter().map(ToString::to_string).collect();
        warnings.extend(world.journal_loss().map(|why| {
            let here = run.state().map(|it| operator::journal(&it));
            render::lost_lines(&config.host.alias, &why, here.as_deref())
        }));
        for warning in &warnings {
            terminal.note(&format!("warning: {warning}"));
        }
        let (steps, proposed, saved) = (world.steps(), run.proposed(), run.saved());
        let ending = run.ending().filter(|_| !flags.json);
        let exit = match &result {
            Some(Ok(answer)) => answer.exit(),
            Some(Err(failure)) => failure.exit(),
            None => Exit::Interrupted,
        };
        let changes = || steps.iter().filter(|it| it.change);
        let mut document = Document::new(exit);
        document.plan = proposed.as_ref();
        let done = changes().filter(|it| it.extent == Applied::Full);
        document.changed = done.map(|it| it.what.as_str()).collect();
        document.warnings = warnings.iter().map(String::as_str).collect();
        if flags.verbose {
            document = document.verbose(&steps, handshakes);
        }
        if !matches!(result, Some(Ok(_))) {
            let changes: Vec<_> = changes().collect();
            terminal.left_behind(&changes, saved.as_ref(), result.is_none());
            document.saved = saved.as_ref();
        }
        conclude(&terminal, document, result.as_ref());
        if flags.verbose && !flags.json {
            terminal.steps(&steps, handshakes);
        }
        if let Some(ending) = ending {
            let changes: Vec<_> = changes().collect();
            let now = terminal.clock(world.now());
            terminal.ending(&ending.lines(&changes, (world.elapsed(), &now)));
        }
        let exit = terminal.loss().map_or(exit, |why| {
            terminal.failure(&Failure::unwritten(why));
            if exit.is_quiet() { Exit::Unwritten } else { exit }
        });
        Ended { exit, scene: Some(scene) }
    }
}

/// Shows the end of a run: in words, or as one JSON document.
fn conclude(terminal: &Terminal, document: Document<'_>, result: Option<&Result<Answer, Failure>>) {
    if terminal.json() {
        let document = match result {
            Some(result) => document.result(result.as_ref(), &terminal.speaker()),
            None => document,
        };
        return terminal.out(&document.to_line());
    }
    match result {
        Some(Ok(answer)) => terminal.answer(answer),
        Some(Err(failure)) => terminal.failure(failure),
        None => {}
    }
}

/// The world of a run, and its settings.
async fn scene(
    (flags, what): (&Flags, &cli::What),
    practice: Option<Practice>,
    here: &std::path::Path,
    terminal: &Terminal,
    answers: Answers,
) -> Result<(World, Config), Failure> {
    let answers = match answers {
        Answers::Outside if flags.rehearse => {
            rehearsal::announce(flags, what.can_be_rehearsed(), here, terminal)?;
            Answers::Cassette(rehearsal::cassette()?)
        }
        answers => answers,
    };
    let config = match &answers {
        Answers::Cassette(cassette) => rehearsal::config(cassette)?,
        _ if what.makes_config() => settings::read_if_whole(flags, here).await?,
        _ if !what.needs_config() => Config::default(),
        _ => {
            if let Some(host) = practice.filter(|_| flags.lab) {
                terminal.busy("starting the practice host");
                settings::read_file(&host.up(&terminal.progress()).await?)?
            } else {
                let (config, guesses) = settings::read_with_guesses(flags, here).await?;
                for line in guesses {
                    terminal.note(&line);
                }
                settings::about_a_host(config)?
            }
        }
    };
    let live = |config: &Config| {
        let (config_file, foreground) =
            (config.host.ssh_config.clone().map(Into::into), what.has_the_terminal());
        Live::new(SshOptions { config_file, foreground, ..SshOptions::default() })
    };
    let world = match answers {
        Answers::Outside => World::live(live(&config)),
        Answers::Recorded => World::recording(live(&config)),
        Answers::Cassette(cassette) => World::replay(cassette),
    };
    let mut config = config;
    if what.is_about_the_project() {
        env_file::settle_project(&world, &mut config).await;
    }
    Ok((if flags.plan { world.planning() } else { world }, config))
}
