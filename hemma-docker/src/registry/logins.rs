//! The logins for registries that the engine's command line has.

use std::collections::BTreeMap;

use hemma_core::names::RegistryName;
use hemma_core::{Command, Host, Live, Place, Question};
use serde::{Deserialize, Serialize};

use super::error::LoginsError;

/// Prints the path of the file in which `docker` under sudo looks for logins, and the file without
/// its secrets: what is in quotes behind these keys is replaced before it leaves the host.
const LOOK: &str = r#"
file=${DOCKER_CONFIG:-$HOME/.docker}/config.json
echo "file=$file"
[ -e "$file" ] || exit 0
secret='auth\|identitytoken\|registrytoken\|password\|username\|email'
tr '\n' ' ' <"$file" | sed "s/\"\($secret\)\"[[:space:]]*:[[:space:]]*\"[^\"]*\"/\"\1\":\"\"/g"
"#;

/// For which registries does the engine's command line have a login, and where?
///
/// No secret and no user's name is in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logins {
    /// The host.
    pub host: Host,
}

/// The logins of the engine's command line, without their secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginsSeen {
    /// The file in which `docker` under sudo looks for them, whether it exists or not.
    pub file: String,
    /// The registries that it has a login for, as the file names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registries: Vec<String>,
    /// The program that stores the logins, `docker-credential-NAME`, if the file names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<String>,
    /// The programs that store the logins of single registries.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub helpers: BTreeMap<String, String>,
}

/// The place of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// In the file itself, which does not encrypt it.
    File,
    /// In the store of this program, `docker-credential-NAME`.
    Helper(String),
}

/// The keys of docker's `config.json` that matter here.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ConfigFile {
    #[expect(clippy::zero_sized_map_values, reason = "it is a map in the file")]
    auths: BTreeMap<String, serde::de::IgnoredAny>,
    creds_store: String,
    cred_helpers: BTreeMap<String, String>,
}

impl LoginsSeen {
    /// The place of the login for a registry; `None` if there is none.
    pub fn stored(&self, registry: &RegistryName) -> Option<Stored> {
        let is_it = |it: &&String| registry.is_called(it);
        self.registries.iter().find(is_it)?;
        Some(self.store_of(registry))
    }

    /// The place in which a login for a registry is stored, or would be.
    pub fn store_of(&self, registry: &RegistryName) -> Stored {
        let own = self.helpers.iter().find(|(name, _)| registry.is_called(name));
        let helper = own.map(|it| it.1).or(self.helper.as_ref());
        helper.map_or(Stored::File, |it| Stored::Helper(it.clone()))
    }

    /// The words for a place.
    pub fn place(&self, stored: &Stored) -> String {
        match stored {
            Stored::File => format!("{}, not encrypted", self.file),
            Stored::Helper(name) => {
                format!("the store of docker-credential-{name}, which {} names", self.file)
            }
        }
    }
}

impl Question for Logins {
    const KIND: &'static str = "docker.logins";
    type Answer = LoginsSeen;
    type Error = LoginsError;

    async fn ask(&self, live: &Live) -> Result<LoginsSeen, LoginsError> {
        let host = self.host.clone();
        let command = Command::script(LOOK, [""; 0]).named("look-for-logins").sudo();
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(LoginsError::Ask { host, source }),
            Ok(output) => read(&output.stdout).map_err(|file| LoginsError::Read { host, file }),
        }
    }
}

/// Reads the script's output; otherwise the path of the file that is not valid.
fn read(output: &str) -> Result<LoginsSeen, String> {
    let (first, text) = output.split_once('\n').unwrap_or((output, ""));
    let file = first.strip_prefix("file=").unwrap_or_default().to_owned();
    if text.trim().is_empty() {
        return Ok(LoginsSeen { file, ..LoginsSeen::default() });
    }
    let Ok(config) = serde_json::from_str::<ConfigFile>(text) else { return Err(file) };
    let helper = Some(config.creds_store).filter(|it| !it.is_empty());
    let registries = config.auths.into_keys().collect();
    Ok(LoginsSeen { file, registries, helper, helpers: config.cred_helpers })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(name: &str) -> RegistryName {
        name.parse().expect("a registry")
    }

    #[test]
    fn a_login_is_found_where_docker_stores_it() {
        let file = |text: &str| read(&format!("file=/root/.docker/config.json\n{text}"));
        let seen = file(
            r#"{ "auths": { "ghcr.io": { "auth": "" }, "https://index.docker.io/v1/": {} },
                 "HttpHeaders": { "X": "y" } }"#,
        )
        .expect("it is valid");
        let rows = [("ghcr.io", true), ("docker.io", true), ("r.example:5000", false)];
        for (name, is_there) in rows {
            assert_eq!(seen.stored(&registry(name)).is_some(), is_there, "{name}");
        }
        let place = seen.place(&Stored::File);
        assert_eq!(place, "/root/.docker/config.json, not encrypted");
        let seen = file(
            r#"{ "auths": { "ghcr.io": {}, "https://r.example/v2/": {} }, "credsStore": "pass",
                 "credHelpers": { "r.example": "ecr-login" } }"#,
        )
        .expect("it is valid");
        let helper = |name: &str| Some(Stored::Helper(name.to_owned()));
        assert_eq!(seen.stored(&registry("ghcr.io")), helper("pass"));
        assert_eq!(seen.stored(&registry("r.example")), helper("ecr-login"));
        assert_eq!(file("").map(|it| it.registries.len()), Ok(0));
        assert_eq!(file("{ \"auths\": "), Err("/root/.docker/config.json".to_owned()));
        assert!(file("7").is_err(), "it is not an object");
    }

    /// The script is for hosts, which run Linux.
    #[cfg(target_os = "linux")]
    #[test]
    fn no_secret_leaves_the_host() {
        let home = tempfile::tempdir().expect("a place");
        let text = "{\n\t\"auths\": {\n\t\t\"ghcr.io\": {\n\t\t\t\"auth\": \"cm9ib3Q6aHVudGVyMg==\",\n\
                    \t\t\t\"identitytoken\" : \"hunter2\"\n\t\t}, \"r.example\": {\"auth\":\"aHVudGVyMg==\"}\n\t}\n}";
        std::fs::write(home.path().join("config.json"), text).expect("it is written");
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let mut command = std::process::Command::new("sh");
        let ran = command.args(["-c", LOOK, "sh"]).env("DOCKER_CONFIG", home.path()).output();
        let output = String::from_utf8(ran.expect("there is a shell").stdout).expect("a text");
        for secret in ["cm9ib3Q6", "hunter2", "aHVudGVyMg"] {
            assert!(!output.contains(secret), "{output}");
        }
        let seen = read(&output).expect("it is valid");
        assert_eq!(seen.registries, ["ghcr.io", "r.example"]);
        assert_eq!(seen.file, home.path().join("config.json").to_string_lossy());
    }
}
