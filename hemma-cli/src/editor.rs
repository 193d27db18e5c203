//! The operator's own editor, on a private copy of the host's `.env`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;

use hemma_core::{
    Attended, Classified, Command, ErrorClass, Hint, Live, OperatorError, Secret, SshOptions,
};
use hemma_deploy::Layers;
use hemma_deploy::env_file::{self, Difference, EnvFile, ParseError, Surroundings};
use tempfile::TempDir;

use crate::{Answer, Failure, Noun, Proposal, Proposed, Run, operator};

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("an editor needs a terminal")]
    NoTerminal,
    #[error("the private copy could not be made or read")]
    Copy(#[from] std::io::Error),
    #[error("the editor ended with exit code {0}; nothing was changed")]
    Editor(i32),
    #[error("the edited file is not a valid .env; nothing was changed")]
    Malformed(#[source] ParseError),
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::NoTerminal => {
                ErrorClass::Usage.without("the failure that is made of it has the advice")
            }
            Self::Copy(source) => source.classify(),
            Self::Editor(_) => {
                ErrorClass::NotAsPlanned.without("the editor has said why, and nothing was changed")
            }
            Self::Malformed(source) => source.classify(),
        }
    }
}

/// Fetches the `.env`, opens the operator's editor, shows which keys would change, and writes the
/// file back.
pub(crate) async fn edit_env_file(run: &Run<'_>, layers: Layers) -> Result<Answer, Failure> {
    let (world, config) = (run.world(), run.config());
    if !run.terminal().somebody() {
        let hint = Hint::Do("for a single key there is `cargo xtask env set KEY`".to_owned());
        return Err(Failure::usage(Error::NoTerminal).hint(hint));
    }
    let taken = env_file::draft(world, config).await?;
    let copy = PrivateCopy::of(&taken.text).map_err(Error::Copy)?;
    let (text, file) = changed(run, &copy).await?;
    let proposal = proposal(&taken.text, &text, &file);
    let proposal = proposal.to(format!("Write .env on {}", run.place()));
    let before = env_file::verify(world, config, layers).await;
    run.mend(before, proposal, async |approval| {
        let write = async || env_file::write(world, config, &taken, text, approval).await;
        if let Err(error) = run.locked("env-file", approval, write).await {
            // The edit is kept, because typing many secrets twice is too much to ask.
            let hint =
                format!("your text is kept in {}; remove it when done", copy.keep().display());
            return Err(error.hint(Hint::Do(hint)));
        }
        Ok(env_file::verify(world, config, layers).await)
    })
    .await
}

/// Opens the editor until it leaves a valid `.env`, or the operator gives up.
async fn changed(run: &Run<'_>, copy: &PrivateCopy) -> Result<(Secret, EnvFile), Failure> {
    loop {
        run.terminal().idle();
        copy.open().await?;
        let text = fs::read_to_string(&copy.file).map_err(Error::Copy)?;
        match EnvFile::parse(&text, &Surroundings::new()) {
            Ok(file) => return Ok((Secret::new(text), file)),
            Err(error) => {
                run.terminal().note(&format!("Compose could not read it: {error}"));
                if !run.terminal().agrees("Edit it again?").await {
                    return Err(Failure::known(Error::Malformed(error)));
                }
            }
        }
    }
}

fn proposal(before: &Secret, after: &Secret, file: &EnvFile) -> Proposal {
    if before == after {
        return Proposal::default();
    }
    // All keys of a file that could not be parsed before are new.
    let old = EnvFile::parse(before.reveal(), &Surroundings::new()).unwrap_or_default();
    let difference = Difference::between(&old, file);
    let rows = [
        (Proposed::add("add", "", "it is new"), &difference.added),
        (Proposed::change("change", "", "it has another value"), &difference.changed),
        (Proposed::remove("remove", "", "it is gone"), &difference.removed),
    ];
    let of = |step: &Proposed, key: &String| {
        Proposed { subject: key.clone(), ..step.clone() }.of(Noun::KEY, key)
    };
    let steps = rows.iter().flat_map(|(step, keys)| keys.iter().map(move |key| of(step, key)));
    let proposal = steps.fold(Proposal::default(), Proposal::step);
    if proposal.is_empty() {
        return {
            let why = "comments, order or quotes are other ones";
            proposal.step(Proposed::change("write", ".env", why))
        };
    }
    proposal
}

/// A copy in memory where the system has such a place, readable by its owner alone, and removed
/// when it is dropped.
struct PrivateCopy {
    dir: TempDir,
    file: PathBuf,
}

impl PrivateCopy {
    fn of(text: &Secret) -> std::io::Result<Self> {
        let memory = operator::variable("XDG_RUNTIME_DIR").map(PathBuf::from);
        let place = memory.filter(|it| it.is_dir()).unwrap_or_else(std::env::temp_dir);
        let owner_alone = fs::Permissions::from_mode(0o700);
        let dir =
            tempfile::Builder::new().prefix("hemma-").permissions(owner_alone).tempdir_in(place)?;
        // Editors recognize the kind of a file by its name.
        let file = dir.path().join("hemma.env");
        let options = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
        options?.write_all(text.reveal().as_bytes())?;
        Ok(Self { dir, file })
    }

    async fn open(&self) -> Result<(), Failure> {
        let editor = operator::variable("VISUAL").or_else(|| operator::variable("EDITOR"));
        let editor = editor.unwrap_or_else(|| "vi".to_owned());
        // `code --wait` is two words; the file is one.
        let parameters = [editor, self.file.display().to_string()];
        let script = Command::script("set -f; exec $1 \"$2\"", parameters).named("edit");
        let ended = Live::new(SshOptions::default()).attend(&script, Attended::Shown).await?;
        if !ended.success() {
            return Err(Failure::known(Error::Editor(ended.exit)));
        }
        Ok(())
    }

    fn keep(self) -> PathBuf {
        let name = self.file.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
        self.dir.keep().join(name)
    }
}
