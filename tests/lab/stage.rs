//! The practice host, and an operator who types at it.

use std::path::PathBuf;

use hemma_core::{Command, Live, Output, Place, Progress, SshOptions};
use hemma_xtask::lab::{Claim, Lab};

/// The practice host, taken for one test.
pub(crate) struct Stage {
    pub(crate) lab: Lab,
    live: Live,
    _claim: Claim,
}

/// How a host stands, in a form that two looks can be compared in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing(String);

const STANDING: &str = "
    docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.Image}} {{.State}}' 2>/dev/null | sort
    docker network ls --no-trunc --quiet 2>/dev/null | sort
    docker image ls --no-trunc --quiet 2>/dev/null | sort -u
    cd /home/operator/apps/huleedu && sha256sum .env
    git -c safe.directory='*' for-each-ref 2>/dev/null
    git -c safe.directory='*' status --porcelain --branch 2>/dev/null
    find /home/operator/.local/state/hemma -name '*.json' 2>/dev/null | sort
    true";

impl Stage {
    /// Waits for the host; nothing of it is changed.
    pub(crate) async fn enter() -> Self {
        let lab = Lab::up(&Progress::silent()).await.expect("the lab comes up");
        let claim = lab.claim().await.expect("nobody keeps it for ever");
        Self { lab, live: Live::new(SshOptions::default()), _claim: claim }
    }

    /// The host as before its first deploy.
    pub(crate) async fn fresh() -> Self {
        let stage = Self::enter().await;
        stage.lab.reset().await.expect("the lab can be reset");
        stage
    }

    /// The host with the first commit deployed and healthy.
    pub(crate) async fn deployed() -> Self {
        let stage = Self::fresh().await;
        stage.hemma(&["deploy", "--yes"]).await.ends(0);
        stage
    }

    /// Types `cargo xtask ARGS` at the practice host.
    pub(crate) async fn hemma(&self, args: &[&str]) -> Seen {
        let config = self.lab.config_file();
        self.hemma_with(&config.display().to_string(), args).await
    }

    /// The same with another `hemma.toml`.
    pub(crate) async fn hemma_with(&self, config: &str, args: &[&str]) -> Seen {
        let program = program().display().to_string();
        let line = Command::new(program).args(args.iter().copied());
        let line = line.args(["--config", config]).limit(std::time::Duration::from_secs(300));
        let typed = args.join(" ");
        Seen { output: self.here(&line).await, typed }
    }

    /// Runs a command on this machine.
    pub(crate) async fn here(&self, command: &Command) -> Output {
        self.live.run(&Place::Here, command).await.expect("it can be started")
    }

    /// Runs a script as root on the practice host; it has to succeed.
    pub(crate) async fn root(&self, script: &str) -> String {
        let output = self.lab.root(script, &[]).await.expect("the host can be asked");
        assert!(output.success(), "`{script}` failed: {}", output.stderr);
        output.stdout
    }

    /// Pushes a commit that breaks or changes something.
    pub(crate) async fn fault(&self, name: &str) {
        self.lab.push_fault(name, &[]).await.expect("it can be pushed");
    }

    /// How the host stands.
    pub(crate) async fn standing(&self) -> Standing {
        Standing(self.root(STANDING).await)
    }

    /// Writes a `hemma.toml` beside the practice host's own and returns its path.
    pub(crate) fn config(&self, name: &str, text: &str) -> String {
        let path = self.lab.directory().join(name);
        std::fs::write(&path, text).expect("the lab's directory can be written");
        path.display().to_string()
    }
}

/// The program that was built beside this test.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    let program = test.parent().and_then(|it| it.parent()).expect("it lies in target/*/deps");
    let program = program.join("hemma-xtask");
    assert!(program.is_file(), "build it first: cargo build --package hemma-xtask");
    program
}

/// What the operator saw.
#[derive(Debug)]
pub(crate) struct Seen {
    typed: String,
    output: Output,
}

impl Seen {
    /// It ended with this exit code.
    #[track_caller]
    pub(crate) fn ends(&self, exit: i32) -> &Self {
        let Output { stdout, stderr, .. } = &self.output;
        let ended = self.output.exit;
        assert_eq!(ended, exit, "`{}` ended with {ended}\n{stdout}\n---\n{stderr}", self.typed);
        self
    }

    /// It said this, on either stream.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        let Output { stdout, stderr, .. } = &self.output;
        let found = stdout.contains(words) || stderr.contains(words);
        assert!(found, "`{}` did not say `{words}`\n{stdout}\n---\n{stderr}", self.typed);
        self
    }

    /// It did not say this, on either stream.
    #[track_caller]
    pub(crate) fn never_says(&self, words: &str) -> &Self {
        let Output { stdout, stderr, .. } = &self.output;
        let found = stdout.contains(words) || stderr.contains(words);
        assert!(!found, "`{}` said `{words}`\n{stdout}\n---\n{stderr}", self.typed);
        self
    }

    pub(crate) fn stdout(&self) -> &str {
        &self.output.stdout
    }
}
