//! A cassette with anything in it: refused with a reason, or the same when written and read again.
#![no_main]

use hemma_core::Cassette;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(cassette) = text.parse::<Cassette>() {
        let again = cassette.to_string();
        assert_eq!(again.parse(), Ok(cassette), "from\n{again}");
    }
});
