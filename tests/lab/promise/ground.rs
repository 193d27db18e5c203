//! The host that runs are played on: the application with secrets in its `.env`, things that hemma
//! must leave alone, and the states that passed a gate.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hemma_deploy::config::StageConfig;
use tempfile::TempDir;

use super::facts::{Facts, Live};
use super::scenario::BAD_KEY;
use super::secrets::Secrets;
use crate::hemma::{Ran, Running};
use crate::stage::Stage;
use crate::stages::INFRA;

const ENV: &str = "/home/operator/apps/huleedu/.env";

/// A value on a command line of the host can be seen, and is looked for.
const UNPACK: &str = r#"perl -e 'print pack "H*", shift' "$1""#;

/// A bystander without the application's name in its labels.
const BYSTANDER: &str = r"
docker rm -f bystander >/dev/null 2>&1
docker run --detach --name bystander --restart unless-stopped --init \
  --label com.docker.compose.project=bystander --label com.docker.compose.service=web \
  huledu-deps:dev sleep infinity >/dev/null";

/// The operator who runs hemma.
pub(super) const ALICE: &str = "alice";
/// The operator who interferes.
pub(super) const BOB: &str = "bob";

pub(super) struct Ground {
    pub(super) stage: Stage,
    pub(super) bob: TempDir,
    pub(super) secrets: Secrets,
    usual_env: String,
    good_env: String,
    /// Every live state that was seen after a gate that passed.
    pub(super) proven: BTreeSet<Live>,
    /// The commands and output of the present run, for a reader of a failure.
    told: Vec<String>,
}

impl Ground {
    /// The host with two releases of the application.
    pub(super) async fn prepare(seed: u64) -> Self {
        let stage = Stage::deployed().await;
        let usual_env = stage.root(&format!("cat {ENV}")).await + "\n";
        let secrets = Secrets::watch(&stage, seed).await;
        let good_env = secrets.planted(&usual_env);
        let (bob, proven, told) =
            (tempfile::tempdir().expect("a place"), BTreeSet::new(), Vec::new());
        let mut ground = Self { stage, bob, secrets, usual_env, good_env, proven, told };
        ground.begin().await;
        ground
    }

    /// Resets the host to before the first run.
    pub(super) async fn rebuild(&mut self) {
        self.stage.lab.mend_host().await.expect("the host is mended");
        let base = "docker image inspect huledu-deps:dev >/dev/null 2>&1 || docker tag away:dev huledu-deps:dev";
        self.stage.root(base).await;
        self.stage.lab.reset().await.expect("the host is reset");
        self.begin().await;
    }

    async fn begin(&mut self) {
        self.stage.root(BYSTANDER).await;
        self.write_env().await;
        self.told.clear();
        self.deploys().await;
        self.push("change-one-service", &["redis"]).await;
        self.deploys().await;
    }

    async fn deploys(&mut self) {
        let deploy = self.hemma(&["deploy", "--yes"]).await;
        deploy.exits(0);
        let live = Facts::look(&self.stage).await.live();
        self.proven.insert(live);
    }

    /// Restores the host for other tests.
    pub(super) async fn leave(mut self) {
        self.good_env = std::mem::take(&mut self.usual_env);
        self.write_env().await;
        self.deploys().await;
        self.stage.root("docker rm -f bystander >/dev/null").await;
        self.secrets.end(&self.stage).await;
    }

    /// Runs the operator's command from beginning to end.
    pub(super) async fn hemma(&mut self, args: &[&str]) -> Ran {
        let ran = self.start(args).end().await;
        self.stage.is_quiet().await;
        self.tell(args, &ran);
        ran
    }

    pub(super) fn start(&self, args: &[&str]) -> Running {
        Running::by(ALICE, &self.stage.lab, self.stage.here(), args)
    }

    /// Runs a command of the other operator, on their own machine.
    pub(super) async fn bobs(&self, args: &[&str]) -> Ran {
        let config = self.stage.lab.config_file();
        std::fs::copy(config, self.bob.path().join("hemma.toml")).expect("it is copied");
        Running::by(BOB, &self.stage.lab, self.bob.path(), args).end().await
    }

    /// Pushes a commit.
    pub(super) async fn push(&mut self, fault: &str, args: &[&str]) {
        let commit = self.stage.lab.push_fault(fault, args).await.expect("it is pushed");
        self.told.push(format!("pushed {fault} {}: {commit}", args.join(" ")));
    }

    /// Puts the stages into `hemma.toml`, or removes them.
    pub(super) fn stages(&self, there: bool) {
        let services = INFRA.map(|it| it.parse().expect("a name")).to_vec();
        let stage = StageConfig { name: "infra".parse().expect("a name"), services };
        self.stage.configure(|it| it.stage = if there { vec![stage] } else { Vec::new() });
    }

    /// Writes the `.env` with the good values.
    pub(super) async fn write_env(&self) {
        let fill = format!("{UNPACK} > {ENV}.good && chown operator: {ENV}.good");
        let put = format!("{fill} && chmod 600 {ENV}.good && mv {ENV}.good {ENV}");
        let written = self.stage.lab.root(&put, &[&packed(&self.good_env)]).await;
        assert!(written.is_ok_and(|it| it.success()), "it is written");
    }

    /// Adds the bad value to `.env`, as an editor would.
    pub(super) async fn spoil_env(&self) {
        let line = packed(&format!("{BAD_KEY}={}\n", self.bad_value()));
        let written = self.stage.lab.root(&format!("{UNPACK} >> {ENV}"), &[&line]).await;
        assert!(written.is_ok_and(|it| it.success()), "it is written");
    }

    /// Whether `.env` is the one with the good values.
    pub(super) async fn has_good_env(&self) -> bool {
        self.stage.root(&format!("cat {ENV}")).await.trim_end() == self.good_env.trim_end()
    }

    /// A value that is secret and leads nowhere.
    pub(super) fn bad_value(&self) -> String {
        format!("/{}{}", self.secrets.mark, super::NOWHERE)
    }

    /// The journal on this machine of alice's commands.
    pub(super) fn journal(&self) -> PathBuf {
        self.stage.here().join("state/hemma/huleedu/journal.jsonl")
    }

    pub(super) fn tell(&mut self, what: &[&str], ran: &Ran) {
        self.told.push(format!("$ hemma {}\n{ran}", what.join(" ")));
    }

    pub(super) fn note(&mut self, what: impl Into<String>) {
        self.told.push(what.into());
    }

    /// Forgets the commands and output of the last run.
    pub(super) fn forget(&mut self) {
        self.told.clear();
    }

    /// The commands and output.
    pub(super) fn told(&self) -> String {
        self.told.join("\n")
    }
}

fn packed(text: &str) -> String {
    let digits =
        |it: u8| [it >> 4, it & 15].map(|it| char::from_digit(it.into(), 16).unwrap_or('0'));
    text.bytes().flat_map(digits).collect()
}
