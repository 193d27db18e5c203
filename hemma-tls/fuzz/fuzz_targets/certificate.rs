//! A certificate, as any bytes at all.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = hemma_tls::Certificate::parse(bytes);
});
