//! Fetching the host's `.env` for a change, and writing it back.

use std::time::Duration;

use hemma_core::names::{CheckoutPath, EnvKey, ProjectName};
use hemma_core::{
    Applied, Approval, Cancel, Change, Command, Host, Live, Place, Progress, Question, Secret,
    World,
};
use hemma_docker::compose::dotenv::{BYTES_MAX, KIND, Obstacle, with_value};

use crate::Config;
use serde::{Deserialize, Serialize};

use super::error::{DraftError, Error, WriteError};
use super::read::{self, PLACE, READ};

/// Writes the file next to the old one and moves it over it, so that the file is always complete.
/// The old one is kept outside the checkout, where git does not see it. The temporary file is in
/// `.git`, if it exists, for the same reason.
///
/// The first line of the input is the digest of the file that the change is meant for, the second
/// the length of the new one: a connection that is cut in between must not leave a shorter file.
const WRITE: &str = r#"
project=$1
umask 077
cd "$d" || exit 71
IFS= read -r expected && IFS= read -r length || exit 76
[ ! -L .env ] || f=$(readlink -f .env)
w=$(dirname "$f")
[ -L .env ] || [ ! -d .git ] || w=$d/.git
rm -f "$w"/hemma-env.*
t=$(mktemp "$w/hemma-env.XXXXXX") || exit 71
trap 'rm -f "$t"' EXIT
trap 'exit 75' TERM INT HUP PIPE
cat >"$t" || exit 71
[ "$(stat -c %s "$t")" = "$length" ] || exit 76
digest() { sha256sum <"$1" | cut -c1-64; }
now=absent
[ ! -e "$f" ] || now=$(digest "$f") || exit 71
if [ "$now" = "$(digest "$t")" ]; then chmod 600 "$f"; exit; fi
[ "$now" = "$expected" ] || exit 74
if [ "$now" != absent ]; then
    b=${XDG_STATE_HOME:-$HOME/.local/state}/hemma/$project/env
    mkdir -p "$b" || exit 71
    k=$b/$(date -u +%Y%m%dT%H%M%SZ).$$
    cp "$f" "$k" || exit 71
    echo "backup=$k"
    ls -1 "$b" | head -n -20 | while IFS= read -r it; do rm -f "$b/$it"; done
fi
sync "$t" 2>/dev/null
mv -f "$t" "$f" || exit 71
"#;

/// The digest of a missing file.
const ABSENT: &str = "absent";

/// Fetches the text of the host's `.env`. All of it is a [`Secret`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchText {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
}

/// A `.env` that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The file's text; empty if it does not exist yet.
    pub text: Secret,
    /// The file's digest, to notice a change by another program.
    digest: Secret,
}

impl Question for FetchText {
    const KIND: &'static str = "env.text";
    type Answer = Draft;
    type Error = DraftError;

    async fn ask(&self, live: &Live) -> Result<Draft, DraftError> {
        let host = self.host.clone();
        let command = Command::script(&format!("{PLACE}{KIND}{READ}"), [self.checkout.as_str()])
            .arg(BYTES_MAX.to_string())
            .named("fetch .env");
        let output = match live.run(&Place::On(host.clone()), &command).await {
            Ok(output) => output.stdout,
            Err(source) => return Err(DraftError::Ask { host, source }),
        };
        match read::read(&output) {
            None => Err(DraftError::Read { host }),
            Some(Ok(it)) => {
                Ok(Draft { text: Secret::new(it.text), digest: Secret::new(it.digest) })
            }
            Some(Err(Obstacle::Missing)) => {
                Ok(Draft { text: Secret::new(""), digest: Secret::new(ABSENT) })
            }
            Some(Err(obstacle)) => {
                let checkout = self.checkout.clone();
                Err(DraftError::Obstacle { host, checkout, obstacle })
            }
        }
    }
}

/// Replaces the `.env` that a [`Draft`] was fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteEnv {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The project, under whose name the old file is kept.
    pub project: ProjectName,
    /// The new text.
    pub text: Secret,
    /// The digest of the file that is replaced.
    pub replaces: Secret,
}

/// A `.env` that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The path of the old file's copy, if there was an old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
}

impl Change for WriteEnv {
    const KIND: &'static str = "env.write";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = Written;
    type Error = WriteError;

    fn describe(&self) -> String {
        format!("write {}/.env, and keep the one before it", self.checkout)
    }

    async fn apply(&self, live: &Live, _: &Progress) -> Result<Written, WriteError> {
        let host = self.host.clone();
        let text = self.text.reveal();
        let input = format!("{}\n{}\n{text}", self.replaces.reveal(), text.len());
        let parameters = [self.checkout.as_str(), self.project.as_str()];
        let command = Command::script(&format!("{PLACE}{WRITE}"), parameters)
            .stdin_secret(Secret::new(input))
            .named("write .env")
            .limit(Duration::from_secs(60));
        let output = match live.run(&Place::On(host.clone()), &command).await {
            Ok(output) => output,
            Err(source) => return Err(WriteError::Ask { host, source }),
        };
        match output.exit {
            0 => {
                let backup = output.stdout.lines().find_map(|it| it.strip_prefix("backup="));
                Ok(Written { backup: backup.map(str::to_owned) })
            }
            74 => Err(WriteError::Changed { host }),
            76 => Err(WriteError::CutShort { host }),
            _ => Err(WriteError::Refused { host, said: output.last_words().to_owned() }),
        }
    }

    fn extent(outcome: Result<&Written, &WriteError>) -> Applied {
        let unknown = |it: &WriteError| matches!(it, WriteError::Ask { .. });
        outcome.map_or_else(|it| Applied::of_failure(!unknown(it)), |_| Applied::Full)
    }
}

/// Fetches the host's `.env`, to be changed and written back.
pub async fn draft(world: &World, config: &Config) -> Result<Draft, Error> {
    let (host, checkout) = (config.host.alias.clone(), config.host.checkout.clone());
    world.ask_again(&FetchText { host, checkout }).await.map_err(Error::Draft)
}

/// Writes a new text over the fetched one, unless the file was changed meanwhile.
pub async fn write(
    world: &World,
    config: &Config,
    taken: &Draft,
    text: Secret,
    approval: &Approval,
) -> Result<Written, Error> {
    let change = WriteEnv {
        host: config.host.alias.clone(),
        checkout: config.host.checkout.clone(),
        project: config.compose.project.clone(),
        text,
        replaces: taken.digest.clone(),
    };
    world.apply(&change, approval, &Progress::silent()).await.map_err(Error::Write)
}

/// Whether setting a key to a value would change the host's `.env`, or why it could not be set.
pub async fn would_change(
    world: &World,
    config: &Config,
    key: &EnvKey,
    value: &Secret,
) -> Result<bool, Error> {
    let taken = draft(world, config).await?;
    Ok(taken.with_value(key, value)? != taken.text)
}

/// Sets one key of the host's `.env`.
pub async fn set(
    world: &World,
    config: &Config,
    key: &EnvKey,
    value: &Secret,
    approval: &Approval,
) -> Result<Written, Error> {
    let taken = draft(world, config).await?;
    let text = taken.with_value(key, value)?;
    write(world, config, &taken, text, approval).await
}

impl Draft {
    fn with_value(&self, key: &EnvKey, value: &Secret) -> Result<Secret, Error> {
        with_value(self.text.reveal(), key, value)
            .map_err(|source| Error::Set { key: key.clone(), source })
    }
}
