//! An application on the practice host for these tests, separate from the one that others deploy.

use std::path::Path;

use hemma_core::{Approval, Command, Consent, Exec, Output, Report, Verdict, World};
use hemma_deploy::Config;
use hemma_deploy::config::DatabaseConfig;

use crate::stage::Stage;

/// The compose files: a header, a variable with `:?`, and one that has a default.
const COMPOSE: &str = "\
# === Create databases in shared-postgres ===
# CREATE DATABASE hemma_test_content;
# CREATE DATABASE hemma_test_nlp;
# === Required .env variables ===
# JWT_SECRET_KEY=<secret>
# OPENAI_API_KEY=<key> (if used)
services:
  api:
    image: x
    environment:
      JAR: ${JAR_VERSION:?Missing JAR_VERSION}
      LEVEL: ${LEVEL:-info}
";

/// A valid `.env`. Its values must not be seen anywhere.
pub(crate) const SOUND: &str = "\
ENVIRONMENT=production
DB_USER=hemma_test_role
DB_PASSWORD=canary-Zq7-database
JWT_SECRET_KEY=canary-Zq7-jwt
GATEWAY_JWT=canary-Zq7-jwt
JAR_VERSION=6.6
";

const SETTINGS: &str = r#"
[host]
alias = "hemma"
checkout = "~/apps/env-test"

[compose]
project = "env-test"
files = ["compose.yml"]
network = "hule-network"

[database]
container = "hemma-test-postgres"
role = "hemma_test_role"
role_key = "DB_USER"
password_key = "DB_PASSWORD"

[env]
required = ["ENVIRONMENT", "DB_PASSWORD"]
optional = ["HF_TOKEN"]
one_of = []
equal = [["JWT_SECRET_KEY", "GATEWAY_JWT"]]
refused = ["COMPOSE_FILE"]
placeholders = ["change-me*", "your-*", "<*>", "test-secret-key", "dev-secret-change-me"]
shell_safe = true

[env.values]
ENVIRONMENT = ["production"]
"#;

/// The application that every test here works with.
pub(crate) struct Application {
    pub(crate) config: Config,
    stage: Stage,
}

impl Application {
    /// Waits for a host, and sets the application up again.
    pub(crate) async fn laid_out() -> Self {
        let config = Config::parse(SETTINGS, Path::new("hemma.toml")).expect("our own words");
        let application = Self { config, stage: Stage::set().await };
        application
            .root(
                "umount /home/operator/apps/env-test 2>/dev/null; rm -rf ~operator/apps/env-test",
                "",
            )
            .await;
        let lay_out = "mkdir -p ~/apps/env-test && cd ~/apps/env-test && git init -q . && \
                       echo .env > .gitignore && cat > compose.yml && rm -rf ~/.local/state/hemma/env-test";
        application.operator(lay_out, COMPOSE).await;
        application.write(SOUND).await;
        application
    }

    /// The database's settings.
    pub(crate) fn database(&mut self) -> &mut DatabaseConfig {
        self.config.database.as_mut().expect("the settings have one")
    }

    /// A world that records everything.
    pub(crate) fn world(&self) -> World {
        self.stage.recording_world()
    }

    /// Writes a `.env`, as an operator with an editor would.
    pub(crate) async fn write(&self, text: &str) {
        let line = "cd ~/apps/env-test && umask 077 && cat > .env && chmod 600 .env";
        self.operator(line, text).await;
    }

    /// Runs a script as the operator, and expects success.
    pub(crate) async fn operator(&self, script: &str, input: &str) -> String {
        self.run(Command::script(script, [""; 0]).stdin(input)).await
    }

    /// Runs a script as root, and expects success.
    pub(crate) async fn root(&self, script: &str, input: &str) -> String {
        self.run(Command::script(script, [""; 0]).stdin(input).sudo()).await
    }

    async fn run(&self, line: Command) -> String {
        let world = self.world();
        let asked = Exec::on(&self.config.host.alias, line);
        let output: Output = world.ask_again(&asked).await.expect("the lab answers");
        world.close().await;
        assert!(output.success(), "{output:?}");
        output.stdout
    }
}

/// The problems: subjects with details.
pub(crate) fn wrong(report: &Report) -> Vec<String> {
    let wrong = report.findings.iter().filter(|it| it.verdict != Verdict::Pass);
    wrong.map(|it| format!("{} {}: {}", it.verdict.mark(), it.subject, it.detail)).collect()
}

pub(crate) fn approval(world: &World) -> Approval {
    world.approve(Consent::Given).expect("this world changes things")
}
