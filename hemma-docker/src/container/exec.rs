//! A command of the operator's in a running container.

use hemma_core::{Cancel, Change, Command, Ended, ExecError, Host, Live, Progress, Terminal};
use serde::Serialize;

use super::ContainerName;

/// Runs a command in a container with the operator's own streams, as `docker exec` does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InContainer {
    /// Where the engine is.
    pub host: Host,
    /// The container.
    pub container: ContainerName,
    /// The user; `None` means the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The working directory; `None` means the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// The program.
    pub program: String,
    /// The program's arguments. They may be secret.
    #[serde(skip)]
    pub arguments: Vec<String>,
    /// Whether the program has a terminal.
    pub terminal: Terminal,
}

impl Change for InContainer {
    const KIND: &'static str = "docker.exec";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = Ended;
    type Error = ExecError;

    fn describe(&self) -> String {
        format!("run {} in container {}", self.program, self.container)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<Ended, ExecError> {
        live.session(&self.host, &self.command(), self.terminal).await
    }
}

impl InContainer {
    /// The command line. No shell of the container reads any of it.
    fn command(&self) -> Command {
        let mut command = Command::new("docker").args(["exec", "--interactive"]).sudo();
        if self.terminal == Terminal::Own {
            command = command.arg("--tty");
        }
        if let Some(user) = &self.user {
            command = command.arg(format!("--user={user}"));
        }
        if let Some(directory) = &self.directory {
            command = command.arg(format!("--workdir={directory}"));
        }
        command.arg("--").arg(self.container.as_str()).arg(&self.program).args(&self.arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_handed_on_as_they_are() {
        let mut asked = InContainer {
            host: "hemma".parse().expect("an alias"),
            container: "huleedu_web".parse().expect("a name"),
            user: None,
            directory: None,
            program: "sh".to_owned(),
            arguments: ["-c", "echo \"$HOME\"", "", "it's"].map(str::to_owned).to_vec(),
            terminal: Terminal::None,
        };
        assert_eq!(
            asked.command().to_string(),
            r#"sudo -n docker exec --interactive -- huleedu_web sh -c 'echo "$HOME"' '' 'it'\''s'"#
        );
        (asked.user, asked.directory) = (Some("-x".to_owned()), Some("/a b".to_owned()));
        asked.terminal = Terminal::Own;
        asked.arguments = vec!["--password=hunter2".to_owned()];
        assert_eq!(
            asked.command().to_string(),
            "sudo -n docker exec --interactive --tty --user=-x '--workdir=/a b' -- huleedu_web sh \
             --password=hunter2"
        );
        let written = serde_json::to_string(&asked).expect("it serializes");
        assert!(!written.contains("hunter2") && !asked.describe().contains("hunter2"));
    }
}
