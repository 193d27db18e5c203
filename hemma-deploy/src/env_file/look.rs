//! Looking at the host's `.env`.

use std::collections::HashSet;
use std::time::Duration;

use hemma_core::names::EnvKey;
use hemma_core::{
    Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded, OperatorError, Place,
    Question,
};
use hemma_docker::compose::ComposeFiles;
use hemma_docker::compose::dotenv::{BYTES_MAX, EnvFile, KIND, Obstacle, ParseError, Surroundings};

use crate::config::EnvConfig;
use serde::{Deserialize, Serialize};

use super::header::Header;
use super::judge::{Flaws, RequiredBy, Requirement, judge, name_of};
use super::read::{self, Content, PLACE, READ};

/// Prints what else matters: git, root's environment, and the requirements of the compose files.
/// `$1` is how many of the words after it are compose files; the others are the command line of
/// Compose, if it is to be asked.
///
/// Compose opens the file itself, and would wait for ever for data from a pipe.
const AROUND: &str = r#"
[ -f "$f" ] || exit 0
echo "login=$(id -un)"
if git -C "$d" ls-files --error-unmatch -- .env >/dev/null 2>&1; then echo git=tracked
else
    git -C "$d" check-ignore -q -- .env >/dev/null 2>&1
    case $? in 0) echo git=ignored ;; 1) echo git=visible ;; *) echo git=none ;; esac
fi
sudo -n env -0 2>/dev/null | tr '\n\0' ' \n' | sed 's/^/outside=/'
count=$1; shift
while [ "$count" -gt 0 ]; do
    echo "file=$1"
    sed -n '/^[[:space:]]*\(#\|$\)/!q;p' "$d/$1" 2>/dev/null | head -c 65536 | sed 's/^/header=/'
    echo
    shift; count=$((count - 1))
done
[ $# -gt 0 ] && cd "$d" 2>/dev/null || exit 0
variables=$(sudo -n docker "$@" config --variables 2>/dev/null) &&
    printf '%s\n' "$variables" | sed 's/^/variable=/'
exit 0
"#;

/// Is the `.env` of the compose files as these rules want it?
///
/// A question of its own and not an [`Exec`](hemma_core::Exec): the file is read and judged here,
/// with the rules as part of the question, and no value is in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookEnv {
    /// The compose files that the file is for.
    pub files: ComposeFiles,
    /// The rules.
    pub rules: EnvConfig,
    /// Whether Compose is asked which variables its files require, which takes a while.
    pub required_by_compose: bool,
}

/// The answer about the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvAnswer {
    /// The file could not be read, for a known reason.
    Obstacle(Obstacle),
    /// The file could be read and is not a valid `.env`.
    Malformed(ParseError),
    /// The file was read and judged.
    Judged(Box<Judged>),
}

/// The judgement of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The permissions, as `chmod` takes them.
    pub mode: String,
    /// The file's owner.
    pub owner: String,
    /// The user that ssh logged in as.
    pub login: String,
    /// How git sees the file.
    pub git: GitView,
    /// Whether the file begins with a byte order mark.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bom: bool,
    /// Whether lines end with carriage returns.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub crlf: bool,
    /// The keys in order, without those that must not be shown.
    pub keys: Vec<String>,
    /// Optional keys that have no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<EnvKey>,
    /// The flaws of the file.
    #[serde(default)]
    pub flaws: Flaws,
    /// Whether Compose listed the variables that its files require. Before the first clone it
    /// cannot.
    pub compose_asked: bool,
}

/// How git sees the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GitView {
    /// git ignores the file, as it should.
    Ignored,
    /// git would add the file.
    Visible,
    /// The file is in the repository.
    Tracked,
    /// The checkout is not a git repository.
    None,
}

/// Why the state of the file is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EnvError {
    /// The script's answer is not known.
    #[error("could not look at the .env on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The script's output could not be read.
    #[error("could not read the answer of {host} about its .env")]
    Read {
        /// The host.
        host: Host,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for EnvError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Read { .. } => ErrorClass::Unknown
                .without("the script of hemma's own was answered by something else"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for LookEnv {
    const KIND: &'static str = "env.file";
    type Answer = EnvAnswer;
    type Error = EnvError;

    async fn ask(&self, live: &Live) -> Result<EnvAnswer, EnvError> {
        let host = self.files.host.clone();
        let output = match live.run(&Place::On(host.clone()), &self.command()).await {
            Ok(output) => output.stdout,
            Err(source) => return Err(EnvError::Ask { host, source }),
        };
        match read::read(&output) {
            None => Err(EnvError::Read { host }),
            Some(Err(obstacle)) => Ok(EnvAnswer::Obstacle(obstacle)),
            Some(Ok(content)) => Ok(self.judge(content, &output)),
        }
    }
}

impl LookEnv {
    fn command(&self) -> Command {
        let files = &self.files.files;
        let script = format!("{PLACE}{KIND}{READ}{AROUND}");
        Command::script(&script, [self.files.checkout.as_str()])
            .args([BYTES_MAX.to_string(), files.len().to_string()])
            .args(files.iter().map(ToString::to_string))
            .args(if self.required_by_compose { self.files.words() } else { Vec::new() })
            .named("look at .env")
            .limit(Duration::from_secs(60))
    }

    fn judge(&self, content: Content, output: &str) -> EnvAnswer {
        let around = Around::read(output);
        let file = match EnvFile::parse(&content.text, &around.outside) {
            Ok(file) => file,
            Err(error) => return EnvAnswer::Malformed(error),
        };
        let header = Header::of_all(around.headers.iter().map(String::as_str));
        let required = requirements(&self.rules, &header, &around.required);
        let flaws = judge(&content.text, &file, &self.rules, &required, &around.outside);
        let last = file.entries.iter().filter(|it| file.get(&it.key) == Some(*it));
        let keys = last.filter_map(name_of).map(str::to_owned).collect();
        let optional = self.rules.optional.iter().chain(&header.optional);
        let is_unset = |it: &&EnvKey| {
            let entry = file.get(it.as_str());
            entry.is_none_or(|it| it.value.reveal().is_empty())
        };
        let mut unset: Vec<EnvKey> = optional.filter(is_unset).cloned().collect();
        unset.retain(|it| !required.iter().any(|required| required.key == *it));
        unset.dedup();
        EnvAnswer::Judged(Box::new(Judged {
            mode: content.mode,
            owner: content.owner,
            login: around.login,
            git: around.git,
            bom: file.bom,
            crlf: file.crlf,
            keys,
            unset,
            flaws,
            compose_asked: around.compose_asked,
        }))
    }
}

/// Each required key once, with the first source that requires it.
fn requirements(rules: &EnvConfig, header: &Header, compose: &[EnvKey]) -> Vec<Requirement> {
    let mut required: Vec<Requirement> = Vec::new();
    let all = [
        (RequiredBy::Settings, &rules.required[..]),
        (RequiredBy::Header, &header.required),
        (RequiredBy::Compose, compose),
    ];
    let mut known = HashSet::new();
    for (by, keys) in all {
        // A comment is a hint, and the settings know better.
        let is_optional = |it: &&EnvKey| by == RequiredBy::Header && rules.optional.contains(it);
        for key in keys.iter().filter(|it| !is_optional(it)) {
            if known.insert(key) {
                required.push(Requirement { key: key.clone(), by });
            }
        }
    }
    required
}

/// The output of [`AROUND`].
struct Around {
    login: String,
    git: GitView,
    outside: Surroundings,
    headers: Vec<String>,
    required: Vec<EnvKey>,
    compose_asked: bool,
}

impl Around {
    fn read(output: &str) -> Self {
        let mut around = Self {
            login: String::new(),
            git: GitView::None,
            outside: Surroundings::new(),
            headers: Vec::new(),
            required: Vec::new(),
            compose_asked: false,
        };
        for (key, value) in output.lines().filter_map(|it| it.split_once('=')) {
            match key {
                "login" => value.clone_into(&mut around.login),
                "git" => {
                    around.git = match value {
                        "ignored" => GitView::Ignored,
                        "tracked" => GitView::Tracked,
                        "visible" => GitView::Visible,
                        _ => GitView::None,
                    }
                }
                "outside" => around.outside.extend(
                    value.split_once('=').map(|(name, it)| (name.to_owned(), it.to_owned())),
                ),
                "file" => around.headers.push(String::new()),
                "header" => {
                    if let Some(header) = around.headers.last_mut() {
                        header.push_str(value);
                        header.push('\n');
                    }
                }
                "variable" => {
                    around.compose_asked = true;
                    around.required.extend(required_variable(value));
                }
                _ => {}
            }
        }
        around
    }
}

/// A row of `docker compose config --variables`: name, whether it is required, its default.
fn required_variable(row: &str) -> Option<EnvKey> {
    let mut cells = row.split_whitespace();
    let (name, required) = (cells.next()?, cells.next()?);
    (required == "true").then(|| name.parse().ok())?
}
