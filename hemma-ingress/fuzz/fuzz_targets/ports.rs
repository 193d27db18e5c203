//! The lines of compose files that publish ports, as any text at all.
#![no_main]

libfuzzer_sys::fuzz_target!(|asked: (&str, &str, &str, u16)| {
    let (text, service, published, target) = asked;
    let found = hemma_ingress::exposure::fuzz_find(text, service, published, target.into());
    if let Some(found) = found {
        let place = found.to_string();
        let (file, line) = place.rsplit_once(':').expect("file and line");
        let start = format!("{file} ");
        let is_it = |it: &str| it.strip_prefix(&start).is_some_and(|it| is_line(it, line, service));
        assert!(text.lines().any(is_it), "{place} stands in {text:?}");
    }
});

fn is_line(rest: &str, line: &str, service: &str) -> bool {
    let mut words = rest.splitn(3, ' ');
    // A number can be written in more than one way.
    let number = words.next().and_then(|it| it.parse::<u32>().ok());
    number.map(|it| it.to_string()).as_deref() == Some(line) && words.next() == Some(service)
}
