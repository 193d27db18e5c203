//! Any `.env` can be read, judged, and changed in one place.
#![no_main]

use hemma_core::Secret;
use hemma_deploy::config::EnvConfig;
use hemma_deploy::env_file::{EnvFile, Surroundings, judge, with_value};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let outside: Surroundings = [("HOME".to_owned(), "/root".to_owned())].into();
    let Ok(file) = EnvFile::parse(text, &outside) else { return };
    judge(text, &file, &EnvConfig::default(), &[], &outside);
    let key = "A".parse().expect("a key");
    for value in ["", "plain", "it's $5 \"x\" \\"] {
        let Ok(after) = with_value(text, &key, &Secret::new(value)) else { return };
        let after = EnvFile::parse(after.reveal(), &outside).expect("it is still a file");
        assert_eq!(after.get("A").map(|it| it.value.reveal()), Some(value));
    }
});
