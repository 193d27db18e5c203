//! Any text can be the comment at the top of a compose file.
#![no_main]

use hemma_deploy::env_file::Header;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let header = Header::read(text);
    assert!(
        header
            .databases
            .iter()
            .all(|it| text.to_ascii_lowercase().contains(&it.as_str().to_ascii_lowercase()))
    );
});
