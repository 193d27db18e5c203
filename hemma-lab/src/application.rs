//! The application that the practice host gets: HuleEdu's `hemma.toml`, which is an example of one.

use std::path::Path;

use hemma_deploy::Config;
use hemma_deploy::config::{ConfigError, overlaid};

/// The file itself. hemma knows no value of it.
pub const HEMMA_TOML: &str = include_str!("../../examples/huleedu/hemma.toml");

/// The settings of a recorded scene, which has what differs from that file.
///
/// # Panics
///
/// If what differs is no TOML.
pub fn settings(differences: &str) -> Result<Config, ConfigError> {
    Config::parse(&settings_text(differences), Path::new("hemma.toml"))
}

/// The settings of a recorded scene as the text of a whole `hemma.toml`.
///
/// # Panics
///
/// If what differs is no TOML.
pub fn settings_text(differences: &str) -> String {
    overlaid(HEMMA_TOML, differences).unwrap_or_else(|it| panic!("{it}: {differences}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_what_hemma_had_compiled_in() {
        assert_eq!(settings("").expect("it is right"), Config::default());
    }
}
