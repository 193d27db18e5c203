//! What the proxy's configuration and the containers' sockets look like, as any text at all.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let seen = hemma_ingress::reach::fuzz_read(text);
    let names = seen.names.unwrap_or_default();
    assert!(names.is_sorted_by(|a, b| a < b), "each name once");
    let lower = text.to_ascii_lowercase();
    assert!(names.iter().all(|it| lower.contains(it.as_str())));
    let ports: usize = seen.listening.values().map(Vec::len).sum();
    assert!(names.len() + seen.listening.len() + ports <= text.lines().count());
});
