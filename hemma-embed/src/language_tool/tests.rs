use hemma_core::Verdict;
use serde_json::{Value, json};

use super::*;

fn body() -> Value {
    json!({
        "service": "language-tool-service", "status": "healthy", "message": "", "version": "1.0.0",
        "jvm": {"running": true, "heap_used_mb": 210}, "uptime_seconds": 12.5,
        "checks": {"service_responsive": true, "dependencies_available": true},
        "dependencies": {"language_tool_wrapper": {
            "implementation": "production", "status": "healthy", "response_time_ms": 3,
            "server": {"running": true, "pid": 9, "port": 8081},
        }},
    })
}

fn judged(change: impl FnOnce(&mut Value)) -> (Verdict, String) {
    let mut body = body();
    change(&mut body);
    let health = serde_json::from_value(body).expect("a health body");
    let finding = judge(String::new(), &health);
    (finding.verdict, finding.detail)
}

#[test]
fn a_stub_that_says_it_is_healthy_is_a_failure() {
    let wrapper = "/dependencies/language_tool_wrapper";
    let set = |path: &str, to: Value| {
        let path = path.to_owned();
        move |body: &mut Value| *body.pointer_mut(&path).expect("it is there") = to
    };
    let rows = [
        (judged(|_| {}), Verdict::Pass, "the real checker, 210 MB of heap in use"),
        (
            judged(set(&format!("{wrapper}/implementation"), json!("stub"))),
            Verdict::Fail,
            "it says `healthy`, but is a stub that finds nothing",
        ),
        (
            judged(set(&format!("{wrapper}/implementation"), json!("mock"))),
            Verdict::Fail,
            "its checker is `mock`, which is not known",
        ),
        (
            judged(set("/jvm/running", json!(false))),
            Verdict::Fail,
            "its Java process is not running",
        ),
        (
            judged(set("/status", json!("degraded"))),
            Verdict::Fail,
            "it is degraded, its checker healthy",
        ),
    ];
    for ((verdict, detail), expected, words) in rows {
        assert_eq!((verdict, detail.as_str()), (expected, words));
    }
}

#[test]
fn an_answer_of_something_else_is_a_failure() {
    let (well, mut ill) = (body().to_string(), body());
    ill["jvm"]["running"] = json!(false);
    ill["status"] = json!("unhealthy");
    let rows = [
        (200, well.as_str(), Verdict::Pass, "the real checker, 210 MB of heap in use"),
        (503, &ill.to_string(), Verdict::Fail, "its Java process is not running"),
        (500, &well, Verdict::Fail, "the answer (500) is not that of the grammar service"),
        (200, "<html>", Verdict::Fail, "the answer (200) is not that of the grammar service"),
    ];
    for (status, body, verdict, words) in rows {
        let finding = judge_answer("it", status, body);
        assert_eq!((finding.verdict, finding.detail.as_str()), (verdict, words));
    }
}

#[test]
fn a_request_says_only_what_was_chosen() {
    let mut check = Check::new("http://127.0.0.1:18085".parse().expect("plain"), "Hi.");
    let body = |check: &Check| serde_json::to_string(&check.request).expect("strings");
    assert_eq!(body(&check), r#"{"text":"Hi.","language":"en-US"}"#);
    check.request.level = Some(Level::Picky);
    check.request.disabled_rules = vec!["A".to_owned()];
    check.request.enabled_only = true;
    assert_eq!(
        body(&check),
        r#"{"text":"Hi.","language":"en-US","level":"picky","disabledRules":["A"],"enabledOnly":true}"#
    );
}

#[test]
fn a_mistake_is_found_in_the_text_whatever_stands_before_it() {
    let mistake = |offset, length| Mistake {
        rule_id: String::new(),
        message: String::new(),
        short_message: String::new(),
        offset,
        length,
        replacements: Vec::new(),
        severity: Severity::Error,
        category_id: String::new(),
        category_name: String::new(),
        context: String::new(),
    };
    // An emoji has two units, an umlaut one.
    let text = "😀 Åäö teh";
    let rows = [
        (mistake(7, 3), Some("teh")),
        (mistake(0, 2), Some("😀")),
        (mistake(10, 0), Some("")),
        (mistake(1, 1), None),
        (mistake(7, 4), None),
        (mistake(usize::MAX, 3), None),
        (mistake(3, usize::MAX), None),
    ];
    for (mistake, expected) in rows {
        assert_eq!(
            mistake.span(text).map(|it| &text[it]),
            expected,
            "{} + {}",
            mistake.offset,
            mistake.length
        );
    }
}
