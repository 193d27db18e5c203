//! Files with mistakes, each with all messages about it, and files without.
//!
//! A case in `config/*.cases` begins with `### ` and a title. Then come the lines of a
//! `hemma.toml`, and after `=> ` each message: line, column, key and text. A file without such a
//! line is valid.

use std::path::Path;
use std::sync::LazyLock;

use hemma_deploy::Config;
use hemma_deploy::config::Surroundings;
use proptest::prelude::*;

#[path = "config/schema.rs"]
mod schema;

const FILES: [(&str, &str); 11] = [
    ("compose", include_str!("config/compose.cases")),
    ("deploy", include_str!("config/deploy.cases")),
    ("edge", include_str!("config/edge.cases")),
    ("env", include_str!("config/env.cases")),
    ("forward", include_str!("config/forward.cases")),
    ("host", include_str!("config/host.cases")),
    ("offload", include_str!("config/offload.cases")),
    ("public", include_str!("config/public.cases")),
    ("repository", include_str!("config/repository.cases")),
    ("right", include_str!("config/right.cases")),
    ("syntax", include_str!("config/syntax.cases")),
];

struct Case<'t> {
    title: &'t str,
    text: String,
    expected: Vec<&'t str>,
}

fn cases(file: &str) -> impl Iterator<Item = Case<'_>> {
    file.split("### ").skip(1).map(|it| {
        let (title, lines) = it.split_once('\n').unwrap_or((it, ""));
        let (said, text): (Vec<&str>, Vec<&str>) =
            lines.lines().partition(|it| it.starts_with("=> "));
        let expected = said.iter().map(|it| &it[3..]).collect();
        Case { title, text: text.join("\n").trim_end().to_owned() + "\n", expected }
    })
}

/// The messages about a file, without its name.
fn said(text: &str) -> Vec<String> {
    let error = Config::parse(text, Path::new("x")).err();
    let problems = error.iter().flat_map(|it| it.problems().to_vec());
    problems.map(|it| it.to_string().trim_start_matches("x:").to_owned()).collect()
}

#[test]
fn each_wrong_file_is_refused_with_all_that_is_wrong_and_where() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, file) in FILES {
        for Case { title, text, expected } in cases(file) {
            count += usize::from(!expected.is_empty());
            let said = said(&text);
            if said != expected {
                let said: Vec<String> = said.iter().map(|it| format!("=> {it}\n")).collect();
                wrong.push(format!("{name}.cases: {title}\n{text}{}", said.concat()));
            }
        }
    }
    assert!(wrong.is_empty(), "what is said now:\n\n{}", wrong.join("\n"));
    assert!(count >= 150, "only {count} wrong files");
}

#[test]
fn what_is_right_reads_back_when_it_is_written() {
    for (text, config) in right() {
        let written = toml::to_string_pretty(&config).expect("plain values");
        assert_eq!(Config::parse(&written, Path::new("x")), Ok(config), "{text}");
    }
}

fn right() -> impl Iterator<Item = (String, Config)> {
    let right = FILES.into_iter().flat_map(|(_, file)| cases(file));
    right.filter(|it| it.expected.is_empty()).map(|it| {
        let config = Config::parse(&it.text, Path::new("x"));
        let config = config.unwrap_or_else(|error| panic!("{}: {error}", it.title));
        (it.text, config)
    })
}

/// The schema cannot express duplicates, contradictions, and the finer rules of names.
#[test]
fn the_schema_takes_what_is_right_and_little_that_is_wrong() {
    let schema = Config::schema();
    let mut refused = 0;
    for Case { title, text, expected } in FILES.into_iter().flat_map(|(_, file)| cases(file)) {
        let Ok(table) = toml::from_str::<toml::Table>(&text) else { continue };
        let document = serde_json::to_value(table).expect("plain values");
        let is_taken = schema::takes(&schema, &schema, &document);
        assert!(is_taken || !expected.is_empty(), "{title}:\n{text}");
        refused += usize::from(!is_taken);
    }
    assert!(refused >= 150, "the schema refuses only {refused} of the wrong files");
}

#[test]
fn a_file_with_more_mistakes_than_anybody_reads_ends() {
    let count = |text: &str| {
        let error = Config::parse(text, Path::new("x")).expect_err("it must be refused");
        error.problems().len()
    };
    let list = |items: &str, times| format!("[edge]\nopen = [{}]\n", items.repeat(times));
    assert_eq!(count(&list("0,", 900)), 100);
    assert_eq!(count(&list("25,", 900)), 100);
    assert_eq!(count(&list("25,", 20_000)), 1);
    // `x` itself is unknown.
    assert_eq!(count(&"x = 1\n".repeat(10_000)), 11);
    assert_eq!(count(&"x\n".repeat(30_000)), 10);
    assert_eq!(count(&"#".repeat(Config::BYTES_MAX + 1)), 1);
    assert!(count(&format!("a = {}", "[".repeat(10_000))) > 0);
}

proptest! {
    #[test]
    fn no_text_panics(text in r#"([a-z_]{1,4}|[\[\]{}=.,"'#\\ \n\r\t0-9:-]|\PC){0,60}"#) {
        if let Err(error) = Config::parse(&text, Path::new("x")) {
            assert!(error.problems().iter().all(|it| it.line > 0 && it.column > 0));
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Config::from_bytes(&bytes, Path::new("x"), &Surroundings::default(), None);
    }

    /// A typo in a valid file.
    #[test]
    fn no_change_panics(which: prop::sample::Index, at: prop::sample::Index, with in "\\PC{0,2}|[\\[\\]\"=\n]") {
        static RIGHT: LazyLock<Vec<String>> =
            LazyLock::new(|| right().map(|it| it.0).filter(|it| it.len() > 1).collect());
        let text = &RIGHT[which.index(RIGHT.len())];
        let places: Vec<usize> = text.char_indices().map(|it| it.0).collect();
        let at = at.index(places.len());
        let end = places.get(at + 1).copied().unwrap_or(text.len());
        let changed = format!("{}{with}{}", &text[..places[at]], &text[end..]);
        if let Ok(config) = Config::parse(&changed, Path::new("x")) {
            let written = toml::to_string(&config).expect("plain values");
            assert_eq!(Config::parse(&written, Path::new("x")), Ok(config));
        }
    }
}
