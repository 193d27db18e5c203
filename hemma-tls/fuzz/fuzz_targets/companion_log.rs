//! The ACME companion's log, as any text at all.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let events = hemma_tls::issuance::read(text.lines());
    assert!(events.len() <= 2 * text.lines().count());
});
