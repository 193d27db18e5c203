//! A server's answer, as any bytes at all.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hemma_dns::fuzz_read(bytes));
