//! A line on the control socket, as any bytes at all: what is taken can be written down and taken
//! again. (Not always as the same value: a number of a hundred digits is rounded each time.)
#![no_main]

use hemma_tunnel::daemon::Request;

libfuzzer_sys::fuzz_target!(|line: &[u8]| {
    let Ok(request) = Request::read(line) else { return };
    let again = serde_json::to_vec(&request).expect("it serializes");
    assert!(!again.contains(&b'\n'), "one request is one line");
    let again = Request::read(&again).expect("our own words");
    assert_eq!(std::mem::discriminant(&again), std::mem::discriminant(&request));
});
