//! A stand-in for connections in builds without the feature `ssh`: no host can be reached.

use super::Live;
use crate::{Command, ExecError, Host, Output, Place, Progress};

#[derive(Default)]
pub(super) struct Connections(());

impl Connections {
    #[expect(clippy::unused_self, reason = "as that of a program with ssh")]
    pub(super) fn opened(&self) -> usize {
        0
    }

    #[expect(clippy::unused_async, reason = "as that of a program with ssh")]
    pub(super) async fn close(&self) {}
}

impl Live {
    #[expect(clippy::unused_async, reason = "as that of a program with ssh")]
    pub(super) async fn run_on(
        &self,
        host: &Host,
        command: &Command,
        _: &Progress,
    ) -> Result<Output, ExecError> {
        let reason = "this program was built without ssh (feature `ssh` of hemma-core)".to_owned();
        let (on, command) = (Place::On(host.clone()), command.to_string());
        Err(ExecError::Start { on, command, reason })
    }
}
