//! The directories of the compose files that containers were made from.
//!
//! Compose identifies its containers by the project's name alone, and two checkouts may have one
//! name. It also writes a label with its working directory, which is that of the first file. As
//! that path may be written in many ways, through any link, the host resolves it.

use std::collections::BTreeMap;

use hemma_core::{
    Classified, Command, ErrorClass, Exec, ExecError, Host, OperatorError, World, storage,
};

use super::Container;
use crate::compose::ComposeFiles;

/// Prints the resolved directory of the compose files, then that of each given directory, or
/// nothing where it is gone. Root looks, as a directory may be another user's.
const LOOK: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
real() { sudo -n sh -c 'cd -- "$1" 2>/dev/null && pwd -P || echo' sh "$1" || exit 70; }
here=$(real "$d") || exit 70
if [ -z "$here" ]; then above=$(real "${d%/*}") || exit 70; here=${above:-${d%/*}}/${d##*/}; fi
printf '%s\n' "$here"
shift
for dir do real "$dir"; done
"#;

/// Directories as the host resolves them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    /// The directory of this application's compose files.
    pub here: String,
    /// Other directories, as Compose wrote them; `None` where one is gone.
    others: BTreeMap<String, Option<String>>,
}

/// Why it is not known where containers were made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// The command's answer is not known.
    #[error("could not look on {host} which compose files the containers were made from")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The script failed on the host.
    #[error("could not look on {host} which compose files the containers were made from: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
    },
}

impl OperatorError for OriginError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said } => storage::classify(ErrorClass::Unknown, host, said),
        }
    }
}

/// The place where a container was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// This application's compose files.
    Here,
    /// This other directory.
    Elsewhere(String),
    /// This directory, which is gone.
    Gone(String),
    /// A container without the label.
    Unsaid,
}

impl Origins {
    /// Looks where `containers` were made. `here` is the directory of the compose files, if it is
    /// already known: usually nothing more has to be asked.
    pub async fn look<'c>(
        world: &World,
        files: &ComposeFiles,
        here: &str,
        containers: impl Iterator<Item = &'c Container>,
    ) -> Result<Self, OriginError> {
        let dirs = containers.filter_map(|it| it.compose.as_ref()?.working_dir.as_deref());
        let mut dirs: Vec<&str> = dirs.filter(|it| !it.is_empty() && *it != here).collect();
        dirs.sort_unstable();
        dirs.dedup();
        if dirs.is_empty() {
            return Ok(Self { here: here.to_owned(), others: BTreeMap::new() });
        }
        let own = match files.directory() {
            "." => files.checkout.to_string(),
            dir => format!("{}/{dir}", files.checkout),
        };
        let parameters = std::iter::once(own.as_str()).chain(dirs.iter().copied());
        let script = Command::script(LOOK, parameters).named("look-where-containers-are-from");
        let host = files.host.clone();
        match world.ask(&Exec::on(&host, script)).await {
            Err(source) => Err(OriginError::Ask { host, source }),
            Ok(output) if output.success() => Ok(Self::read(&output.stdout, &dirs)),
            Ok(output) => {
                let said = output.last_words().to_owned();
                Err(OriginError::Failed { host, said })
            }
        }
    }

    /// Parses the script's output about `dirs`.
    pub fn read(text: &str, dirs: &[&str]) -> Self {
        let mut lines = text.lines();
        let here = lines.next().unwrap_or_default().to_owned();
        let real = lines.map(|it| (!it.is_empty()).then(|| it.to_owned()));
        let others = dirs.iter().map(|it| (*it).to_owned()).zip(real).collect();
        Self { here, others }
    }

    /// The place where a container was made. An old recording without this look means these files.
    pub fn of(&self, container: &Container) -> Origin {
        let Some(dir) = container.compose.as_ref().and_then(|it| it.working_dir.as_deref()) else {
            return Origin::Here;
        };
        match self.others.get(dir) {
            _ if dir.is_empty() => Origin::Unsaid,
            _ if dir == self.here => Origin::Here,
            Some(Some(real)) if *real == self.here => Origin::Here,
            Some(Some(real)) => Origin::Elsewhere(real.clone()),
            Some(None) => Origin::Gone(dir.to_owned()),
            None => Origin::Elsewhere(dir.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::ONLY_OURS;

    /// Runs the script with a stand-in for `sudo` that runs its arguments.
    fn look(checkout: &str, dirs: &[&str], home: &std::path::Path) -> Origins {
        let script = format!("sudo() {{ shift; \"$@\"; }}\n{LOOK}");
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran = std::process::Command::new("sh")
            .args(["-c", &script, "sh", checkout])
            .args(dirs)
            .env("HOME", home)
            .output();
        Origins::read(&String::from_utf8(ran.expect("a shell").stdout).expect("plain"), dirs)
    }

    #[test]
    fn a_directory_is_where_it_leads() {
        let home = tempfile::tempdir().expect("a directory");
        let home = home.path().canonicalize().expect("it is there");
        let at = |it: &str| home.join(it).display().to_string();
        for it in ["apps/ours", "apps/other dir"] {
            std::fs::create_dir_all(home.join(it)).expect("it is made");
        }
        std::os::unix::fs::symlink("apps/ours", home.join("link")).expect("it is made");
        let dirs = [at("apps/ours/"), at("link"), at("apps/other dir"), at("gone"), at("-x")];
        let dirs: Vec<&str> = dirs.iter().map(String::as_str).collect();
        for checkout in ["~/apps/ours", "~/link", &at("link/"), "~/apps/ours/"] {
            let seen = look(checkout, &dirs, &home);
            assert_eq!(seen.here, at("apps/ours"), "{checkout}");
            let origin = |dir: &str| {
                let labels = crate::container::ComposeLabels {
                    working_dir: Some(dir.to_owned()),
                    ..Default::default()
                };
                let any = crate::testing::running("any", Some(labels));
                seen.of(&any)
            };
            let rows = [
                (&*at("apps/ours"), Origin::Here),
                (dirs[0], Origin::Here),
                (dirs[1], Origin::Here),
                (dirs[2], Origin::Elsewhere(at("apps/other dir"))),
                (dirs[3], Origin::Gone(at("gone"))),
                ("", Origin::Unsaid),
            ];
            for (dir, expected) in rows {
                assert_eq!(origin(dir), expected, "{dir}");
            }
        }
        assert_eq!(look("~/apps/new", &dirs, &home).here, at("apps/new"), "before it is cloned");
    }

    #[test]
    fn a_container_of_another_checkout_ends_what_would_touch_it() {
        let home = tempfile::tempdir().expect("a directory");
        let home = home.path().canonicalize().expect("it is there");
        for it in ["ours", "other"] {
            std::fs::create_dir_all(home.join(it)).expect("it is made");
        }
        std::os::unix::fs::symlink("ours", home.join("link")).expect("it is made");
        let dir = |it: &str| home.join(it).display().to_string();
        let rows = [
            (dir("ours"), "api db", 0),
            (dir("link"), "api", 0),
            (dir("ours/"), "api", 0),
            (dir("other"), "api", 78),
            (dir("other"), "db", 0),
            (dir("gone"), "db api", 78),
            (String::new(), "api", 78),
        ];
        for (made_in, services, expected) in rows {
            let script = format!(
                "docker() {{ [ \"$4\" = label=com.docker.compose.project=p ] || exit 9; printf 'api %s\\n' \"$0\"; }}\n\
                 {ONLY_OURS}only_ours p . {services} -- api\necho went on"
            );
            #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
            let ran = std::process::Command::new("sh")
                .args(["-c", &script, &made_in])
                .current_dir(home.join("ours"))
                .output()
                .expect("there is a shell");
            assert_eq!(ran.status.code(), Some(expected), "{made_in}: {ran:?}");
            assert_eq!(ran.stdout.is_empty(), expected != 0, "{made_in}: {ran:?}");
        }
    }
}
