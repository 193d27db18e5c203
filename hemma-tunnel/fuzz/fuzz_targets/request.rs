//! A line on the control socket, as any bytes at all: what is taken is taken again as the same.
#![no_main]

use hemma_tunnel::daemon::Request;

libfuzzer_sys::fuzz_target!(|line: &[u8]| {
    let Ok(request) = Request::read(line) else { return };
    let again = serde_json::to_vec(&request).expect("it serializes");
    assert!(!again.contains(&b'\n'), "one request is one line");
    assert_eq!(Request::read(&again), Ok(request));
});
