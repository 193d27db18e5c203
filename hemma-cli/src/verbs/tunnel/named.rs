//! The forwards that were named on the command line.

use hemma_core::{Hint, Suggestions};
use hemma_tunnel::{Forward, ForwardName};

use crate::{Failure, Run};

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Named {
    /// Only these forwards of hemma.toml
    #[arg(value_name = "FORWARD")]
    pub(super) names: Vec<ForwardName>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("hemma.toml has no forward `{asked}`; {known}")]
    NoSuch { asked: ForwardName, known: Suggestions },
}

impl Named {
    /// These forwards of hemma.toml, or all if none is named.
    pub(super) fn forwards(&self, run: &Run<'_>) -> Result<Vec<Forward>, Failure> {
        let all = crate::forwards(&run.config().forward).map_err(Failure::usage)?;
        if let Some(name) = self.names.iter().find(|it| !all.iter().any(|own| own.name() == *it)) {
            let known = Suggestions::new(name.as_str(), all.iter().map(|it| it.name().as_str()));
            let hint = known.hint(Hint::Run("cargo xtask tunnel status".to_owned()));
            return Err(Failure::usage(Error::NoSuch { asked: name.clone(), known }).hint(hint));
        }
        let wanted = |it: &Forward| self.names.is_empty() || self.names.contains(it.name());
        Ok(all.into_iter().filter(wanted).collect())
    }
}
