//! What a cassette promises: what is written reads back as the same answers, and what does not apply
//! is one error that names its place.

use std::path::Path;

use hemma_core::{Cassette, Exchange, Origin, Scene};
use proptest::prelude::*;
use serde_json::{Value, json};

fn scene() -> Scene {
    Scene {
        typed: "test".to_owned(),
        origin: Origin::Hand,
        now: "2026-02-03T12:00:00Z".parse().expect("a time"),
        tool: "none".to_owned(),
        config: "[host]\nalias = \"hemma\"\n".to_owned(),
    }
}

/// A value as an answer has them: names that come back, lists with and without them, and texts that
/// TOML has to escape.
fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-c]{1,2}",
        Just("a\nb  \n".to_owned()),
        Just("\u{7f}\"\\''' \"\"\" \r\n\t".to_owned()),
        Just("0123456789abcdef".to_owned()),
        Just("a text that takes some room, so that a difference is shorter than it".to_owned()),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof!["[a-c]", Just("name".to_owned()), Just("id".to_owned()), ".{0,3}"];
        let object = prop::collection::btree_map(key, inner.clone(), 0..4);
        let object = object.prop_map(|it| Value::Object(it.into_iter().collect()));
        let named = ("[a-e]", object.clone()).prop_map(|(name, mut it)| {
            it["name"] = name.into();
            it
        });
        prop_oneof![
            2 => object,
            2 => prop::collection::vec(named, 0..6).prop_map(Value::from),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

prop_compose! {
    fn exchange()(
        kind in "[a-b]",
        asked in prop_oneof![Just(Value::Null), Just(json!({ "host": "hemma" })), Just(json!("x"))],
        answer in prop::option::weighted(0.9, value()),
        at_ms in 0_u64..3,
        took_ms in 0_u64..2,
        progress in prop::collection::vec("[a-c ]{0,4}", 0..2),
        fails in prop::bool::weighted(0.1),
    ) -> Exchange {
        let error = fails.then(|| json!({ "dark": { "why": "it was night" } }));
        let answer = answer.filter(|_| !fails);
        Exchange { kind, at_ms, took_ms, progress, asked, answer, error }
    }
}

prop_compose! {
    fn cassette()(exchange in prop::collection::vec(exchange(), 0..8)) -> Cassette {
        Cassette { scene: scene(), exchange }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(cassette in cassette()) {
        let text = cassette.to_string();
        prop_assert_eq!(text.parse(), Ok(cassette), "from\n{}", text);
    }

    #[test]
    fn what_is_written_on_a_base_reads_back(base in cassette(), cassette in cassette()) {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("scene.toml");
        let text = cassette.text_on("base.toml", &base).expect("plain numbers");
        std::fs::write(dir.path().join("base.toml"), base.to_string()).expect("written");
        std::fs::write(&file, &text).expect("written");
        prop_assert_eq!(Cassette::read(&file), Ok(cassette), "from\n{}", text);
    }

    #[test]
    fn what_is_settled_stays_so(cassette in cassette()) {
        let settled = cassette.settled();
        prop_assert_eq!(settled.clone().settled(), settled.clone());
        let short = settled.without_durations();
        prop_assert_eq!(short.clone().settled(), short);
    }
}

fn containers(status: &str) -> Exchange {
    let seen = |name: &str, status: &str| {
        let image = format!("registry.example/{name}:a tag of some length");
        json!({ "image": image, "name": name, "state": "running", "status": status })
    };
    Exchange {
        kind: "docker.containers".to_owned(),
        at_ms: 1000,
        took_ms: 0,
        progress: Vec::new(),
        asked: json!({ "host": "hemma" }),
        answer: Some(json!([seen("kafka", "Up 9 minutes"), seen("redis", status)])),
        error: None,
    }
}

#[test]
fn a_second_answer_is_what_changed() {
    let looks = ["Up 1 second", "Up 2 seconds", "Up 2 seconds"].map(containers);
    let text = Cassette { scene: scene(), exchange: looks.to_vec() }.to_string();
    let (_, exchanges) = text.split_once("\n\n[[exchange]]\n").expect("it has exchanges");
    let written = r#"kind = "docker.containers"
at_ms = 1000
asked = { host = "hemma" }
answer = [
    { image = "registry.example/kafka:a tag of some length", name = "kafka", state = "running", status = "Up 9 minutes" },
    { image = "registry.example/redis:a tag of some length", name = "redis", state = "running", status = "Up 1 second" },
]

[[exchange]]
kind = "docker.containers"
asked = { host = "hemma" }
changed = { "/redis/status" = "Up 2 seconds" }

[[exchange]]
kind = "docker.containers"
asked = { host = "hemma" }
changed = {}
"#;
    assert_eq!(exchanges, written);
}

#[test]
fn what_does_not_apply_is_named_with_its_line() {
    let head = Cassette { scene: scene(), exchange: Vec::new() }.to_string();
    let first = "\n[[exchange]]\nkind = \"a\"\nanswer = { of = [1] }\n";
    let rows = [
        (
            "kind = \"b\"\nchanged = {}",
            "exchange 2 (b): there is no earlier answer to a question of this kind, so there is \
             nothing to change",
        ),
        ("kind = \"a\"\nremoved = [\"/x\"]", "exchange 2 (a): `/x` is not in the earlier answer"),
        (
            "kind = \"a\"\nchanged = { \"/x/y\" = 1 }",
            "exchange 2 (a): `/x/y` does not exist in the earlier answer",
        ),
        (
            "kind = \"a\"\nchanged = { \"/of/3\" = 1 }",
            "exchange 2 (a): `/of/3` is neither an element of that list nor a place for a new one",
        ),
        (
            "kind = \"a\"\nchanged = {}\nanswer = 1",
            "exchange 2 (a): an answer, changes to an earlier one, and an error exclude each other",
        ),
        (
            "kind = \"a\"\nanswer = [nan]",
            "exchange 2 (a): it holds `nan` or `inf`, which are not numbers",
        ),
    ];
    let line = (head.clone() + first).lines().count() + 2;
    for (second, said) in rows {
        let text = format!("{head}{first}\n[[exchange]]\n{second}\n");
        let error = text.parse::<Cassette>().expect_err(said).to_string();
        assert_eq!(error, format!("line {line}: this is not a cassette: {said}"));
    }
    let error =
        format!("{head}\n[[exchange]]\nkind = 1\n").parse::<Cassette>().expect_err("a text");
    assert!(error.to_string().contains("line 12, column 8"), "{error}");
}

#[test]
fn a_base_is_needed_where_it_is_named() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("scene.toml");
    let base = Cassette { scene: scene(), exchange: vec![containers("Up 1 second")] };
    let cassette = Cassette { scene: scene(), exchange: vec![containers("Up 2 seconds")] };
    let text = cassette.text_on("base.toml", &base).expect("plain numbers");
    std::fs::write(&file, &text).expect("written");
    let said = |it: Result<Cassette, hemma_core::CassetteError>| {
        it.expect_err("it has no base").to_string()
    };

    let error = "line 1: this is not a cassette: it needs its base `base.toml` to be read";
    assert_eq!(said(text.parse()), error);
    assert!(
        said(Cassette::read(&file))
            .contains("base.toml: this is not a cassette: it cannot be read")
    );
    std::fs::write(dir.path().join("base.toml"), text).expect("written");
    assert!(
        said(Cassette::read(&file))
            .contains("base.toml:1: this is not a cassette: it needs its base")
    );
    assert!(said(Cassette::read(Path::new("/none.toml"))).starts_with("/none.toml: "));

    let other = cassette.text_on("base.toml", &Cassette { scene: scene(), exchange: Vec::new() });
    assert_eq!(other, Ok(cassette.to_string()), "a base that is of no use is not named");
}
