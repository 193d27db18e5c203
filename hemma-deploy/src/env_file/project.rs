//! The name that the host's `.env` gives the project.

use hemma_core::names::{CheckoutPath, ProjectName, VariablesFile};
use hemma_core::{Command, Host, Live, Place, Question, World};
use hemma_docker::compose::dotenv::{BYTES_MAX, EnvFile, Surroundings};
use serde::{Deserialize, Serialize};

use super::EnvError;
use super::read::from_hex;
use crate::config::{Config, Derived};

/// The variable by which Compose names a project.
const KEY: &str = "COMPOSE_PROJECT_NAME";

/// Prints the content of each file that has the variable, as hexadecimal digits.
const LOOK: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
max=$2 key=$3; shift 3
for name do
    f=$d/$name
    [ -f "$f" ] && [ -r "$f" ] && grep -q "$key" "$f" || continue
    echo "content=$(head -c "$max" <"$f" | od -An -v -tx1 | tr -d ' \n')"
done
exit 0
"#;

/// Which name do the files of variables on a host give the compose project?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookProjectName {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The files, in the order in which Compose reads them.
    pub files: Vec<VariablesFile>,
}

impl Question for LookProjectName {
    const KIND: &'static str = "env.project";
    type Answer = Option<ProjectName>;
    type Error = EnvError;

    async fn ask(&self, live: &Live) -> Result<Option<ProjectName>, EnvError> {
        let host = self.host.clone();
        let command = Command::script(LOOK, [self.checkout.as_str()])
            .args([BYTES_MAX.to_string(), KEY.to_owned()])
            .args(self.files.iter().map(ToString::to_string))
            .named("look for the project's name");
        match live.run(&Place::On(host.clone()), &command).await {
            Ok(output) => Ok(read(&output.stdout)),
            Err(source) => Err(EnvError::Ask { host, source }),
        }
    }
}

/// The name in the last file that has a valid one. A file that cannot be parsed is judged elsewhere.
fn read(output: &str) -> Option<ProjectName> {
    let contents = output.lines().filter_map(|it| from_hex(it.strip_prefix("content=")?));
    let texts = contents.filter_map(|it| String::from_utf8(it).ok());
    let name = |text: String| {
        let file = EnvFile::parse(&text, &Surroundings::new()).ok()?;
        file.get(KEY)?.value.reveal().parse().ok()
    };
    texts.filter_map(name).next_back()
}

/// Takes the project's name from the host's `.env` where `hemma.toml` has none, as Compose does
/// before it looks at the files' own `name:` and at the directory.
///
/// A host that cannot be looked at keeps the name that was derived: each look after this one says
/// why not.
pub async fn settle_project(world: &World, config: &mut Config) {
    if !config.compose.project_is_derived.0 {
        return;
    }
    let files = match &config.compose.env_files[..] {
        [] => vec![VariablesFile::default()],
        files => files.to_vec(),
    };
    let (host, checkout) = (config.host.alias.clone(), config.host.checkout.clone());
    if let Ok(Some(name)) = world.ask(&LookProjectName { host, checkout, files }).await {
        config.compose.project = name;
        config.compose.project_is_derived = Derived(false);
        config.compose.project_is_of_env = Derived(true);
    }
}

/// The remark that the project has its name from `.env`.
pub(crate) fn project_remark(config: &Config) -> Option<String> {
    let compose = &config.compose;
    compose.project_is_of_env.0.then(|| {
        format!("the project is called `{}`, as {KEY} in .env on the host says", compose.project)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_file_that_names_the_project_counts() {
        let hex = |text: &str| {
            let digits: Vec<_> = text.bytes().map(|it| format!("{it:02x}")).collect();
            digits.concat()
        };
        let line = |text: &str| format!("content={}\n", hex(text));
        for (files, name) in [
            (vec![], None),
            (vec!["COMPOSE_PROJECT_NAME=shop\nA=1\n"], Some("shop")),
            (vec!["COMPOSE_PROJECT_NAME='shop-live'"], Some("shop-live")),
            (vec!["B=shop\nCOMPOSE_PROJECT_NAME=${B}_x"], Some("shop_x")),
            (vec!["COMPOSE_PROJECT_NAME=a", "COMPOSE_PROJECT_NAME=b"], Some("b")),
            (vec!["COMPOSE_PROJECT_NAME=a", "# COMPOSE_PROJECT_NAME=b"], Some("a")),
            (vec!["COMPOSE_PROJECT_NAME="], None),
            (vec!["COMPOSE_PROJECT_NAME=My Shop"], None),
            (vec!["COMPOSE_PROJECT_NAME='a"], None),
        ] {
            let output: String = files.iter().map(|it| line(it)).collect();
            assert_eq!(read(&output).as_deref(), name, "{files:?}");
        }
    }
}
