//! A name that is taken reads back as itself.
#![no_main]

use hemma_dns::DnsName;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(name) = text.parse::<DnsName>() {
        assert_eq!(name.as_str().parse(), Ok(name.clone()));
    }
});
