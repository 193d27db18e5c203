//! Recording a scene: a run against the real host or the practice host.

use std::path::Path;

use hemma_cli::{Answer, Failure, Run};
use hemma_core::{Cassette, Command, Exec, Finding, Live, Origin, Scene, SshOptions, World};
use hemma_deploy::Config;
use hemma_lab::application::settings;

use super::{scenes, workspace};
use crate::app;
use crate::ids;

/// Record a scene for the storyboards
///
/// Runs the command as if it had been typed, asks before changes as always, and writes the
/// scrubbed recording to tests/cassettes/SLUG/STATE.toml.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The section, or `rehearsal` for the deploy of `--rehearse`
    slug: String,
    /// The state that is shown: ok, already, missing, refused, unreachable
    state: String,
    /// Where the answers come from; `--lab` in the command says so by itself
    #[arg(long, value_enum, default_value = "live")]
    origin: From,
    /// The command, as it would be typed after `cargo xtask`
    #[arg(last = true, required = true)]
    typed: Vec<String>,
}

/// The source of answers.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum From {
    Live,
    Lab,
}

/// The scene that `--rehearse` plays.
const REHEARSAL: &str = "rehearsal";

/// The flag that is left out of the recorded command line: a replay needs no host.
const LAB: &str = "--lab";
const CONFIG: &str = "--config=";

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a section")]
struct NoSection(String);

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let root = workspace::root(run.here())?;
        if self.slug != REHEARSAL && !app().slugs().any(|it| it == self.slug) {
            return Err(Failure::usage(NoSection(self.slug)));
        }
        let file = scenes::file(root, &self.slug, &self.state);
        let shown = |it: &&String| *it != LAB && !it.starts_with(CONFIG);
        let typed: Vec<_> = self.typed.iter().filter(shown).map(|it| quoted(it)).collect();
        let origin = match self.origin {
            From::Live if !self.typed.iter().any(|it| it == LAB) => Origin::Live,
            From::Live | From::Lab => Origin::Lab,
        };
        let now = run.world().now();
        let (world, config) = app().record(&self.typed, run).await?;
        let tool = tool(&config).await;
        // The rehearsal is played in any directory, so it has all of its settings.
        let from = if self.slug == REHEARSAL { Config::default() } else { settings("")? };
        let config = differences(&config, &from)?;
        let scene = Scene { typed: typed.join(" "), origin, now, tool, config };
        let cassette = match world.cassette(scene) {
            it if scenes::shows_durations(&file, &it) => it,
            it => it.without_durations().in_seconds(),
        };
        let base = scenes::base(root)?;
        workspace::write(&file, &scenes::text(&file, &cassette, base.as_ref())?)?;
        let detail = format!("{} exchanges, {}", cassette.exchange.len(), cassette.scene.tool);
        let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        Ok(Answer::Report([reread(name, detail, &file, &cassette)].into_iter().collect()))
    }
}

/// The tool that answered, e.g. `docker 27.5.1`. It is asked separately, so that it is not in the
/// recording.
async fn tool(config: &Config) -> String {
    let config_file = config.host.ssh_config.clone().map(Into::into);
    let world = World::live(Live::new(SshOptions { config_file, ..SshOptions::default() }));
    let version = Command::new("docker").arg("--version");
    let said = world.ask(&Exec::on(&config.host.alias, version)).await;
    world.close().await;
    let said = said.map(|it| it.stdout).unwrap_or_default();
    // `Docker version 20.10.24+dfsg1, build 297e128`
    let version = said.split([' ', ',']).nth(2).map(|it| format!("docker {it}"));
    version.unwrap_or_else(|| "no docker answered".to_owned())
}

/// The settings in which a configuration differs from another. The path of an ssh configuration is
/// left out, as it belongs to the recording machine.
fn differences(config: &Config, from: &Config) -> Result<String, Failure> {
    let mut config = config.clone();
    config.host.ssh_config = None;
    let mut table = toml::Table::try_from(&config)?;
    remove_equal(&mut table, &toml::Table::try_from(from)?);
    Ok(toml::to_string(&table)?)
}

fn remove_equal(table: &mut toml::Table, usual: &toml::Table) {
    table.retain(|key, value| match (value, usual.get(key)) {
        (toml::Value::Table(below), Some(toml::Value::Table(usual))) => {
            remove_equal(below, usual);
            !below.is_empty()
        }
        (value, usual) => usual != Some(value),
    });
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(' ') { format!("'{word}'") } else { word.to_owned() }
}

/// Reads a recording back: one that cannot be read is worse than none.
fn reread(name: String, detail: String, file: &Path, cassette: &Cassette) -> Finding {
    match Cassette::read(file) {
        Ok(same) if same == *cassette => Finding::pass(ids::RECORDING_READ, name, detail),
        Ok(_) => Finding::fail(ids::RECORDING_DIFFERS, name, "it reads back as something else"),
        Err(error) => Finding::fail(ids::RECORDING_UNREADABLE, name, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_keeps_what_differs_from_the_application_s_own_file() {
        let text = "[host]\nalias = \"hemma\"\nssh_config = \"/somewhere\"\n\
            [repository]\nremote = \"git://x/y\"\n";
        let config = settings(text).expect("it is well-formed");
        let kept = differences(&config, &settings("").expect("it is right")).expect("plain values");
        assert_eq!(kept, "[repository]\nremote = \"git://x/y\"\n");
    }
}
