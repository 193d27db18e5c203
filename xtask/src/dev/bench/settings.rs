//! The settings of the practice host.

use std::path::Path;

use hemma_cli::Failure;
use hemma_deploy::Config;

use crate::dev::workspace;

/// The settings in a file whose paths are absolute, as the lab writes them.
pub(super) fn settings(file: &Path) -> Result<Config, Failure> {
    Config::parse(&workspace::read(file)?, file).map_err(Failure::usage)
}
