//! Files and processes of the runbook's old script on this machine. They are found, shown, and only
//! then removed.

use std::path::{Path, PathBuf};

use hemma_core::{Cancel, Change, Command, Live, Place, Progress, Question};
use serde::{Deserialize, Serialize};

use super::install::{boot_out, domain};
use super::{Error, Manager};

/// The old script of an application `shop` is `hemma-shop-tunnel`, its agent `com.hemma.shop-tunnel`.
const SUFFIX: &str = "-tunnel";
const SCRIPT: (&str, &str) = ("bin", "hemma-");
const PIDS: (&str, &str) = (".cache", "hemma-");
const AGENT: (&str, &str) = ("Library/LaunchAgents", "com.hemma.");

/// A file or process of the old script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leftover {
    /// The script itself.
    Script(PathBuf),
    /// Its launchd agent, which would bind the same ports at the next login.
    Agent(PathBuf),
    /// The directory with its process ids.
    Pids(PathBuf),
    /// Its autossh process that still runs and holds a port.
    Process {
        /// The process id.
        pid: u32,
        /// The command line.
        line: String,
    },
}

/// A question for what is left of the old script.
#[derive(Debug, Clone, Serialize)]
pub struct Leftovers {
    /// The user's home directory.
    pub home: PathBuf,
}

impl Question for Leftovers {
    const KIND: &'static str = "tunnel.leftovers";
    type Answer = Vec<Leftover>;
    type Error = Error;

    async fn ask(&self, live: &Live) -> Result<Vec<Leftover>, Error> {
        let mut found = Vec::new();
        let directories = named(&self.home, PIDS, "");
        for pid in directories.iter().flat_map(|it| pids(it)) {
            if let Some(line) = old_tunnel(live, pid).await? {
                found.push(Leftover::Process { pid, line });
            }
        }
        found.extend(named(&self.home, AGENT, ".plist").into_iter().map(Leftover::Agent));
        found.extend(named(&self.home, SCRIPT, "").into_iter().map(Leftover::Script));
        found.extend(directories.into_iter().map(Leftover::Pids));
        Ok(found)
    }
}

/// The old scripts of any application in a directory, without hemma's own files.
fn named(home: &Path, (directory, prefix): (&str, &str), ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home.join(directory)).into_iter().flatten().flatten();
    let is_one = |path: &PathBuf| {
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        let application = name.strip_suffix(ending).and_then(|it| it.strip_prefix(prefix));
        application.and_then(|it| it.strip_suffix(SUFFIX)).is_some_and(|it| !it.is_empty())
    };
    let mut found: Vec<PathBuf> = entries.map(|it| it.path()).filter(is_one).collect();
    found.sort();
    found
}

/// Ends and removes the findings of [`Leftovers`].
#[derive(Debug, Clone, Serialize)]
pub struct RemoveLeftovers {
    /// What to remove.
    pub found: Vec<Leftover>,
}

impl Change for RemoveLeftovers {
    const KIND: &'static str = "tunnel.leftovers-remove";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = ();
    type Error = Error;

    fn describe(&self) -> String {
        let words = self.found.iter().map(|it| match it {
            Leftover::Script(path) | Leftover::Agent(path) | Leftover::Pids(path) => {
                path.display().to_string()
            }
            Leftover::Process { pid, .. } => format!("autossh (pid {pid})"),
        });
        format!("remove the old tunnel script's {}", words.collect::<Vec<_>>().join(", "))
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), Error> {
        for it in &self.found {
            match it {
                Leftover::Agent(path) => {
                    if Manager::here() == Manager::Launchd {
                        let label = path.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
                        boot_out(live, &domain(live).await?, label).await?;
                    }
                    gone(path, std::fs::remove_file(path))?;
                }
                Leftover::Script(path) => gone(path, std::fs::remove_file(path))?,
                Leftover::Pids(path) => gone(path, std::fs::remove_dir_all(path))?,
                Leftover::Process { pid, .. } => {
                    // Checked again: another process may have the id meanwhile.
                    if old_tunnel(live, *pid).await?.is_some() {
                        live.run(&Place::Here, &Command::new("kill").arg(pid.to_string())).await?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn gone(path: &Path, removed: std::io::Result<()>) -> Result<(), Error> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::File { path: path.to_owned(), said: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// The process ids that the old script recorded: `tunnel-18085.pid` and the like.
fn pids(dir: &Path) -> Vec<u32> {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let texts = files.filter_map(|it| std::fs::read_to_string(it.path()).ok());
    texts.filter_map(|it| it.trim().parse().ok()).collect()
}

/// The command line of a process, if it belongs to the old script. A recorded process id proves
/// nothing, because ids are reused.
async fn old_tunnel(live: &Live, pid: u32) -> Result<Option<String>, Error> {
    let ps = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]);
    let output = live.run(&Place::Here, &ps).await?;
    let shown = output.stdout.trim();
    let is_one = shown.contains("autossh") && shown.contains(":localhost:");
    Ok(is_one.then(|| shown.to_owned()))
}

#[cfg(test)]
mod tests {
    use hemma_core::World;

    use super::*;

    #[tokio::test]
    async fn what_was_left_is_found_and_removed_and_a_stale_id_kills_nobody() {
        let home = tempfile::tempdir().expect("a directory");
        let at = |it: &str| home.path().join(it);
        for dir in ["bin", ".cache/hemma-huleedu-tunnel", "Library/LaunchAgents"] {
            std::fs::create_dir_all(at(dir)).expect("writable");
        }
        let agent = "Library/LaunchAgents/com.hemma.huleedu-tunnel.plist";
        let (script, ids) = ("bin/hemma-huleedu-tunnel", ".cache/hemma-huleedu-tunnel");
        for file in [script, agent, "Library/LaunchAgents/com.hemma.tunnel.plist", "bin/hemma"] {
            std::fs::write(at(file), "").expect("writable");
        }
        // This process's own id, which is alive and not an autossh.
        let pid = std::process::id().to_string();
        std::fs::write(at(ids).join("tunnel-18085.pid"), pid).expect("writable");
        let world = World::local();
        let question = Leftovers { home: home.path().to_owned() };
        let found = world.ask(&question).await.expect("it can be looked for");
        let expected =
            [Leftover::Agent(at(agent)), Leftover::Script(at(script)), Leftover::Pids(at(ids))];
        assert_eq!(found, expected);
        let approval = world.approve(hemma_core::Consent::Given).expect("it is not planning");
        let remove = RemoveLeftovers { found };
        world.apply(&remove, &approval, &Progress::silent()).await.expect("they are ours");
        assert_eq!(world.ask(&question).await, Ok(Vec::new()));
    }
}
