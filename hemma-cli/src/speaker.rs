//! How commands are written for the operator: with the name that this program was called by, and
//! with the flags of this run that the next command needs as well.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use hemma_core::{Finding, Hint, Report, quote};

use crate::flags::Flags;
use crate::remedies;

/// The program's name in the texts of this crate.
const WRITTEN: &str = "cargo xtask";

/// The commands that are not about a host, so that no flag which chooses one is added.
const WITHOUT_HOST: [&str; 5] = ["completions", "man", "json-schema", "setup-shell", "help"];

/// The words before a command's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program(String);

impl Default for Program {
    fn default() -> Self {
        Self(WRITTEN.to_owned())
    }
}

impl Program {
    /// The program by the first word of the command line. A program named `…xtask` is started by
    /// cargo's alias.
    pub(crate) fn called(first: &OsStr) -> Self {
        let name = Path::new(first).file_name().map(OsStr::to_string_lossy);
        match name {
            Some(name) if !name.ends_with("xtask") => Self(name.into_owned()),
            _ => Self::default(),
        }
    }

    /// Whether the program is started by cargo's alias.
    pub(crate) fn is_alias(&self) -> bool {
        self.0 == WRITTEN
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with the program's name in its commands.
    pub(crate) fn named_in(&self, text: &str) -> String {
        text.replace(WRITTEN, &self.0)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes commands so that they can be pasted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Speaker {
    program: Program,
    /// The flags of this run without which the next command would be about another host, each with
    /// a space before it.
    repeated: String,
    /// The added commands that are not about a host.
    without_host: Vec<&'static str>,
    ssh_config: Option<PathBuf>,
}

impl Speaker {
    /// The speaker of a run. `without_host` are the added commands that are not about a host, and
    /// `ssh_config` is the file that ssh reads in this run instead of its own.
    pub(crate) fn new(
        program: &Program,
        without_host: Vec<&'static str>,
        flags: &Flags,
        ssh_config: Option<&Path>,
    ) -> Self {
        let flag = |name: &str, value: &str| format!(" {name} {}", quote(value));
        let config = flags.config.as_ref().map(|it| flag("--config", &it.to_string_lossy()));
        let destination = flags.destination.as_ref().map(|it| flag("-d", it.as_str()));
        let host = flags.host.as_ref().map(|it| flag("--host", it.as_str()));
        let lab = flags.lab.then(|| " --lab".to_owned());
        let repeated = [config, destination, host, lab].into_iter().flatten().collect();
        let (program, ssh_config) = (program.clone(), ssh_config.map(Path::to_owned));
        Self { program, repeated, without_host, ssh_config }
    }

    /// The hint, with its command.
    pub(crate) fn hint(&self, hint: &Hint) -> Hint {
        match remedies::with_commands(hint) {
            Hint::Run(line) => Hint::Run(self.line(&line)),
            other => Hint::Do(self.text(&other.to_string())),
        }
    }

    /// The findings, with their commands.
    pub(crate) fn report(&self, report: &Report) -> Report {
        let finding = |it: &Finding| Finding {
            detail: self.text(&it.detail),
            hint: it.hint.as_ref().map(|it| self.hint(it)),
            ..it.clone()
        };
        report.findings.iter().map(finding).collect()
    }

    /// A text with commands in backticks.
    pub(crate) fn text(&self, text: &str) -> String {
        let pieces = text.split('`').enumerate();
        let said = pieces.map(|(at, it)| if at % 2 == 1 { self.line(it) } else { it.to_owned() });
        said.collect::<Vec<_>>().join("`")
    }

    /// A line for a shell.
    fn line(&self, line: &str) -> String {
        let to_host = line.strip_prefix("ssh ").filter(|it| !it.starts_with('-'));
        if let (Some(file), Some(rest)) = (&self.ssh_config, to_host) {
            return format!("ssh -F {} {rest}", quote(&file.to_string_lossy()));
        }
        let Some((before, after)) = line.split_once(WRITTEN) else { return line.to_owned() };
        if !(after.is_empty() || after.starts_with(' ')) {
            return line.to_owned();
        }
        // The words after a pipe or `--` are not this program's.
        let ends = [" -- ", " | ", " && ", "; "].iter().filter_map(|it| after.find(it)).min();
        let (words, rest) = after.split_at(ends.unwrap_or(after.len()));
        let repeated = self.repeated_after(words);
        format!("{before}{}{words}{repeated}{rest}", self.program)
    }

    fn repeated_after(&self, words: &str) -> &str {
        let mut typed = words.split_whitespace();
        let without = |it: &str| WITHOUT_HOST.contains(&it) || self.without_host.contains(&it);
        let is_without = typed.clone().next().is_none_or(without);
        let chooses = |it: &str| ["--config", "--host", "--lab", "-d"].contains(&it);
        if is_without || typed.any(chooses) {
            return "";
        }
        &self.repeated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::Commands;
    use crate::verb::{AddedVerb, Verb};
    use crate::{Answer, Failure, Run};

    /// A verb that is not about a host.
    #[derive(clap::Args)]
    struct Lab {}

    impl Verb for Lab {
        const NAME: &'static str = "lab";
        const NEEDS_CONFIG: bool = false;

        async fn run(self, _: &Run<'_>) -> Result<Answer, Failure> {
            Ok(Answer::text(String::new()))
        }
    }

    fn commands(program: &Program) -> Commands {
        let (verbs, program) = (vec![AddedVerb::of::<Lab>()], program.clone());
        Commands { verbs, program, ..Commands::default() }
    }

    fn flags(config: Option<&str>, host: Option<&str>, lab: bool) -> Flags {
        let host = host.map(|it| it.parse().expect("an alias"));
        Flags { config: config.map(Into::into), host, lab, ..Flags::default() }
    }

    #[test]
    fn a_program_is_known_by_the_name_that_it_was_called_by() {
        let rows = [
            ("target/debug/hemma-xtask", "cargo xtask"),
            ("/x/xtask", "cargo xtask"),
            ("", "cargo xtask"),
            ("hemma", "hemma"),
            ("/usr/local/bin/hemma", "hemma"),
        ];
        for (first, said) in rows {
            assert_eq!(Program::called(OsStr::new(first)).as_str(), said, "{first}");
        }
    }

    #[test]
    fn a_command_is_said_with_the_flags_that_the_next_run_needs() {
        let (alias, plain) = (Program::default(), Program("hemma".to_owned()));
        let (none, lab) = (flags(None, None, false), flags(None, None, true));
        let other = flags(Some("my files/hemma.toml"), Some("far"), false);
        let rows = [
            (&alias, &none, "cargo xtask status", "cargo xtask status"),
            (&plain, &none, "cargo xtask env set KEY", "hemma env set KEY"),
            (&alias, &lab, "cargo xtask status", "cargo xtask status --lab"),
            (&alias, &lab, "cargo xtask lab up", "cargo xtask lab up"),
            (&alias, &lab, "cargo xtask", "cargo xtask"),
            (&alias, &lab, "cargo xtask-more", "cargo xtask-more"),
            (&plain, &other, "cargo xtask plan --host x", "hemma plan --host x"),
            (
                &plain,
                &other,
                "cat x | cargo xtask exec db -- psql",
                "cat x | hemma exec db --config 'my files/hemma.toml' --host far -- psql",
            ),
            (&alias, &lab, "ssh hemma true", "ssh hemma true"),
        ];
        for (program, flags, line, said) in rows {
            let speaker = commands(program).speaker(flags, None);
            let run = |it: &str| Hint::Run(it.to_owned());
            assert_eq!(speaker.hint(&run(line)), run(said));
            let text = |it: &str| Hint::Do(format!("wait: `{it}`, then cargo xtask"));
            assert_eq!(speaker.hint(&text(line)), text(said));
        }
    }

    #[test]
    fn ssh_is_said_with_the_file_that_it_reads_in_this_run() {
        let file = Path::new("/my files/ssh_config");
        let speaker = Commands::default().speaker(&Flags::default(), Some(file));
        let rows = [
            ("ssh hemma 'git status'", "ssh -F '/my files/ssh_config' hemma 'git status'"),
            ("ssh -F x hemma", "ssh -F x hemma"),
            ("ssh-add -l", "ssh-add -l"),
        ];
        for (line, said) in rows {
            assert_eq!(speaker.text(&format!("`{line}`")), format!("`{said}`"));
        }
    }
}
