//! Any `hemma.toml` is refused with places, or is equal when it is written and read again.
#![no_main]

use std::path::Path;

use hemma_deploy::Config;
use hemma_deploy::config::Surroundings;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Ok(config) => {
        let text = toml::to_string(&config).expect("plain values");
        assert_eq!(Config::parse(&text, Path::new("x")), Ok(config));
    }
    Err(error) => assert!(error.problems().iter().all(|it| it.line > 0 && it.column > 0)),
});

fn read(bytes: &[u8]) -> Result<Config, hemma_deploy::config::ConfigError> {
    Config::from_bytes(bytes, Path::new("x"), &Surroundings::default(), None)
}
