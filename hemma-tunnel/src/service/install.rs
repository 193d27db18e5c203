//! Installs a service on this machine, and removes it.

use std::path::PathBuf;
use std::time::Duration;

use hemma_core::{Cancel, Change, Command, Live, Output, Place, Progress};
use serde::{Deserialize, Serialize};

use super::{Error, LABEL, Manager, Service, UNIT};

/// The number of tries: `bootstrap` fails for a moment after `bootout`, which returns before it is
/// done.
const BOOTSTRAP_TRIES: u32 = 10;
const BOOTSTRAP_PAUSE: Duration = Duration::from_millis(300);

/// Writes the service's file and starts the service; repeating it has no further effect.
#[derive(Debug, Clone, Serialize)]
pub struct Install {
    /// The service.
    pub service: Service,
}

impl Change for Install {
    const KIND: &'static str = "tunnel.service-install";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = PathBuf;
    type Error = Error;

    fn describe(&self) -> String {
        format!("start the tunnel at login: write {}", self.service.file().display())
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<PathBuf, Error> {
        let (file, text) = (self.service.file(), self.service.text()?);
        let failed =
            |source: std::io::Error| Error::File { path: file.clone(), said: source.to_string() };
        for path in [&file, &self.service.log] {
            if let Some(dir) = path.parent() {
                std::fs::create_dir_all(dir).map_err(failed)?;
            }
        }
        std::fs::write(&file, text).map_err(failed)?;
        match self.service.manager {
            Manager::Launchd => {
                let domain = domain(live).await?;
                boot_out(live, &domain, LABEL).await?;
                bootstrap(live, &domain, &file).await?;
                // `bootstrap` may not start a service that should run at load.
                let service = format!("{domain}/{LABEL}");
                done(live, Command::new("launchctl").args(["kickstart", &service])).await?;
            }
            Manager::Systemd => {
                for words in [&["daemon-reload"][..], &["enable", UNIT], &["restart", UNIT]] {
                    done(live, systemctl(words)).await?;
                }
            }
        }
        Ok(file)
    }
}

/// Stops the service and removes its file.
#[derive(Debug, Clone, Serialize)]
pub struct Uninstall {
    /// The service.
    pub service: Service,
}

/// The result of [`Uninstall`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uninstalled {
    /// The service was not installed.
    Already,
    /// The service was removed.
    Removed,
}

impl Change for Uninstall {
    const KIND: &'static str = "tunnel.service-uninstall";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = Uninstalled;
    type Error = Error;

    fn describe(&self) -> String {
        format!("no longer start the tunnel at login: remove {}", self.service.file().display())
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<Uninstalled, Error> {
        let file = self.service.file();
        let there = file.exists();
        match self.service.manager {
            // The service may be loaded without its file.
            Manager::Launchd => boot_out(live, &domain(live).await?, LABEL).await?,
            Manager::Systemd if there => done(live, systemctl(&["disable", "--now", UNIT])).await?,
            Manager::Systemd => {}
        }
        if !there {
            return Ok(Uninstalled::Already);
        }
        std::fs::remove_file(&file)
            .map_err(|source| Error::File { path: file, said: source.to_string() })?;
        if self.service.manager == Manager::Systemd {
            done(live, systemctl(&["daemon-reload"])).await?;
        }
        Ok(Uninstalled::Removed)
    }
}

fn systemctl(words: &[&str]) -> Command {
    Command::new("systemctl").arg("--user").args(words.iter().copied())
}

/// launchd's name for the graphical session of this user.
pub(super) async fn domain(live: &Live) -> Result<String, Error> {
    let output = run(live, Command::new("id").arg("-u")).await?;
    Ok(format!("gui/{}", output.stdout.trim()))
}

/// Stops and unloads a service. It may be unloaded already.
pub(super) async fn boot_out(live: &Live, domain: &str, label: &str) -> Result<(), Error> {
    let service = format!("{domain}/{label}");
    let loaded = run(live, Command::new("launchctl").args(["print", &service])).await?;
    if loaded.success() {
        done(live, Command::new("launchctl").args(["bootout", &service])).await?;
    }
    Ok(())
}

async fn bootstrap(live: &Live, domain: &str, file: &std::path::Path) -> Result<(), Error> {
    let file = file.display().to_string();
    let attempt = || Command::new("launchctl").args(["bootstrap", domain, &file]);
    for _ in 1..BOOTSTRAP_TRIES {
        if run(live, attempt()).await?.success() {
            return Ok(());
        }
        tokio::time::sleep(BOOTSTRAP_PAUSE).await;
    }
    done(live, attempt()).await
}

async fn run(live: &Live, command: Command) -> Result<Output, Error> {
    Ok(live.run(&Place::Here, &command).await?)
}

async fn done(live: &Live, command: Command) -> Result<(), Error> {
    let shown = command.to_string();
    let output = run(live, command).await?;
    if output.success() {
        return Ok(());
    }
    Err(Error::Manager { line: shown, said: output.last_words().to_owned() })
}
