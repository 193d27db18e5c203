//! Completions and manual pages where a shell and `man` look for them.

use std::path::{Path, PathBuf};

use clap_complete::Shell;
use hemma_core::{Finding, Hint, Report};

use super::completions;
use crate::{Answer, Failure, Noun, Proposal, Proposed, Run, ids, operator};

/// Install the completions and manual pages of this program
///
/// They go where bash, zsh or fish and `man` look for them below your home directory. Run it again
/// after an update.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell; without it, that of $SHELL
    shell: Option<Shell>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("it is not known which shell you use")]
    NoShell,
    #[error("there is no known place for the completions of {0}")]
    NoPlace(Shell),
    #[error("the home directory of this user is not known")]
    NoHome,
    #[error("could not write `{}`", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

/// A file that is to be as this text says.
struct Wanted {
    path: PathBuf,
    text: Vec<u8>,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if run.program.is_alias() {
            let why = "`cargo xtask` is cargo's program; `cargo xtask help completions` says how \
                       it is completed";
            return Ok(Answer::not_applicable(&run.terminal().speaker().text(why)));
        }
        let shell = self.shell.or_else(|| Shell::from_shell_path(operator::variable("SHELL")?));
        let shell = shell.ok_or_else(|| {
            let hint = Hint::Do("name it: `cargo xtask setup-shell bash`".to_owned());
            Failure::usage(Error::NoShell).hint(hint)
        })?;
        let home = std::env::home_dir().ok_or_else(|| Failure::usage(Error::NoHome))?;
        let data = operator::variable("XDG_DATA_HOME").map(PathBuf::from);
        let data = data.unwrap_or_else(|| home.join(".local/share"));
        let configured = operator::variable("XDG_CONFIG_HOME").map(PathBuf::from);
        let configured = configured.unwrap_or_else(|| home.join(".config"));
        let name = run.program.as_str();
        let place = place(shell, name, (&data, &configured))
            .ok_or_else(|| Failure::usage(Error::NoPlace(shell)))?;
        let script = completions::script(run, shell, name).into_bytes();
        let mut all = vec![Wanted { path: place, text: script }];
        all.extend(pages(run, &data.join("man/man1"))?);
        let due: Vec<&Wanted> = all.iter().filter(|it| !it.is_there()).collect();
        let step = |it: &&Wanted| {
            let path = it.path.display().to_string();
            Proposed::add("write", &path, "").of(Noun::new("file", "files"), path)
        };
        let proposal = due.iter().map(step).fold(Proposal::default(), Proposal::step);
        let before = Report::from_iter([done(shell, "up to date", &data)]);
        run.mend(before, proposal.to(format!("Set up {shell}")), async |_| {
            for it in &due {
                it.write()?;
            }
            Ok(Report::from_iter([done(shell, "written; a new shell has them", &data)]))
        })
        .await
    }
}

/// The finding, with what zsh has to be told.
fn done(shell: Shell, state: &str, data: &Path) -> Finding {
    let detail = format!("completions and manual pages: {state}");
    let finding = Finding::pass(ids::SHELL_SET_UP, shell.to_string(), detail);
    let hint = format!(
        "zsh looks there if ~/.zshrc has this line before compinit: `fpath+=({})`",
        data.join("zsh/site-functions").display()
    );
    finding.hint((shell == Shell::Zsh).then_some(Hint::Do(hint)))
}

/// Where a shell looks for the completions of a program.
fn place(shell: Shell, name: &str, (data, configured): (&Path, &Path)) -> Option<PathBuf> {
    match shell {
        Shell::Bash => Some(data.join("bash-completion/completions").join(name)),
        Shell::Zsh => Some(data.join("zsh/site-functions").join(format!("_{name}"))),
        Shell::Fish => Some(configured.join("fish/completions").join(format!("{name}.fish"))),
        _ => None,
    }
}

/// The manual pages, one for each command.
fn pages(run: &Run<'_>, directory: &Path) -> Result<Vec<Wanted>, Failure> {
    let made = || -> std::io::Result<Vec<Wanted>> {
        let place = tempfile::tempdir()?;
        clap_mangen::generate_to(run.command.clone(), place.path())?;
        let mut pages = Vec::new();
        for entry in std::fs::read_dir(place.path())? {
            let entry = entry?;
            let path = directory.join(entry.file_name());
            pages.push(Wanted { path, text: std::fs::read(entry.path())? });
        }
        pages.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(pages)
    };
    made().map_err(|source| Failure::known(Error::Write { path: directory.to_owned(), source }))
}

impl Wanted {
    fn is_there(&self) -> bool {
        std::fs::read(&self.path).is_ok_and(|it| it == self.text)
    }

    fn write(&self) -> Result<(), Failure> {
        let parent = self.path.parent().unwrap_or(Path::new("."));
        let made = std::fs::create_dir_all(parent);
        made.and_then(|()| std::fs::write(&self.path, &self.text))
            .map_err(|source| Failure::known(Error::Write { path: self.path.clone(), source }))
    }
}
