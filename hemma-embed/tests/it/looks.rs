//! Health, readiness and grammar as questions.

use hemma_core::{Finding, Live, SshOptions, Verdict, World};
use hemma_embed::language_tool::{self, Check, Level, TEXT_LIMIT};
use hemma_embed::{Healthz, ServerUrl, readiness};
use serde_json::{Value, json};

use crate::offload::{extracted, health, sound};
use crate::server::{Asked, Reply, Server};

fn world() -> World {
    World::local()
}

/// `pass offload server` and so on, one line a finding.
fn lines(findings: &[Finding], url: &ServerUrl) -> Vec<String> {
    let line = |it: &Finding| format!("{} {}: {}", it.verdict.mark(), it.subject, it.detail);
    findings.iter().map(|it| line(it).replace(url.as_str(), "URL")).collect()
}

/// The sample's own names and vector length, as the question asks for them.
fn full_size(asked: &Asked) -> Reply {
    let meta: Value =
        serde_json::from_str(include_str!("../data/current_meta.json")).expect("JSON");
    let texts = asked.list("texts");
    let matrix = |cols| hemma_embed::npy::write(&crate::offload::matrix(&texts, cols));
    let members = [
        ("meta.json", meta.to_string().into_bytes()),
        ("embeddings.npy", matrix(768)),
        ("handcrafted.npy", matrix(25)),
    ];
    crate::offload::archive(&meta, &members)
}

#[tokio::test]
async fn a_ready_server_passes_all_three_looks() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/extract" => full_size(asked),
        _ => sound(asked),
    })
    .await;
    let report = readiness::verify(&world(), &server.url).await;
    assert_eq!(report.verdict(), Verdict::Pass);
    assert_eq!(
        lines(&report.findings, &server.url),
        [
            "pass offload server at URL: ok, microsoft/deberta-v3-base, 512 tokens",
            "pass graphics processor of URL: Radeon",
            "pass features of one essay from URL: 768 + 25 values, server 3a3a3a3a3a3a",
        ]
    );
}

#[tokio::test]
async fn a_server_without_its_jar_version_or_processor_says_what_to_do() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/healthz" => {
            let mut health = health();
            health["status"] = json!("degraded");
            health["issues"] = json!(["missing_OFFLOAD_LANGUAGE_TOOL_JAR_VERSION"]);
            health["gpu"] = json!({"torch": {"available": false, "error": "no torch"}});
            Reply::json(200, &health)
        }
        _ => Reply::json(500, &json!({"error": "internal_error", "detail": "JAR is required"})),
    })
    .await;
    let report = readiness::verify(&world(), &server.url).await;
    let lines = lines(&report.findings, &server.url);
    assert_eq!(
        lines[..2],
        [
            "FAIL offload server at URL: its status is `degraded`, \
             missing_OFFLOAD_LANGUAGE_TOOL_JAR_VERSION",
            "FAIL graphics processor of URL: no torch",
        ]
    );
    assert!(lines[2].ends_with(": it answered 500 `internal_error`: JAR is required"), "{lines:?}");
    assert!(report.findings[..2].iter().all(|it| it.hint.is_some()));
}

#[tokio::test]
async fn nobody_there_is_unknown_and_somebody_else_is_a_failure() {
    let server = Server::start(|_| Reply::new(200, "<html>It works!</html>")).await;
    let report = readiness::verify(&world(), &server.url).await;
    assert_eq!(report.verdict(), Verdict::Fail);
    let lines = lines(&report.findings, &server.url);
    assert!(lines.iter().all(|it| it.contains("<html>It works!</html>")), "{lines:?}");

    let url = server.url.clone();
    drop(server);
    let report = readiness::verify(&world(), &url).await;
    assert_eq!(report.verdict(), Verdict::Unknown);
    let finding = language_tool::verify(&world(), &url).await;
    assert_eq!(finding.verdict, Verdict::Unknown);
    assert!(finding.hint.is_some(), "{finding:?}");
}

#[tokio::test]
async fn a_look_can_be_recorded_and_replayed() {
    let server = Server::start(sound).await;
    let question = Healthz { url: server.url.clone() };
    let recording = World::recording(Live::new(SshOptions::default()));
    let seen = recording.ask(&question).await.expect("a sound server");
    let scene = hemma_core::Scene {
        typed: "offload container-health".to_owned(),
        origin: hemma_core::Origin::Hand,
        now: "2026-02-04T10:00:00Z".parse().expect("a time"),
        tool: "test".to_owned(),
        config: String::new(),
    };
    let cassette = recording.cassette(scene).to_string().parse().expect("our own words");
    drop(server);
    let replay = World::replay(cassette);
    assert_eq!(replay.ask(&question).await.expect("it is on the tape"), seen);
    let other = Healthz { url: "http://127.0.0.1:2".parse().expect("plain") };
    let error = replay.ask(&other).await.expect_err("it is not on the tape");
    assert!(error.to_string().starts_with("the recording has no further answer"), "{error}");
}

fn grammar(asked: &Asked) -> Reply {
    let error = |status, code, message: &str| {
        Reply::json(status, &json!({"error": {"code": code, "message": message, "details": {}}}))
    };
    match asked.path.as_str() {
        "/healthz" => Reply::json(
            503,
            &json!({
                "status": "unhealthy", "jvm": {"running": false},
                "dependencies": {"language_tool_wrapper": {
                    "implementation": "production", "status": "unhealthy",
                    "recent_output": {"stdout": [], "stderr": ["java.lang.OutOfMemoryError"]},
                }},
            }),
        ),
        "/v1/check" if asked.json()["text"] == "slow" => {
            error(500, "PROCESSING_ERROR", "Grammar analysis failed: timeout")
        }
        "/v1/check" => Reply::json(
            200,
            &json!({
                "errors": [{
                    "rule_id": "HE_VERB_AGR", "message": "m", "short_message": "s", "offset": 4,
                    "length": 2, "replacements": ["goes"], "category": "Grammar",
                    "severity": "error", "category_id": "GRAMMAR", "category_name": "Grammar",
                    "context": "She go", "context_offset": 4,
                }],
                "total_grammar_errors": 1, "grammar_category_counts": {"GRAMMAR": 1},
                "grammar_rule_counts": {"HE_VERB_AGR": 1}, "language": "en-US",
                "processing_time_ms": 12,
            }),
        ),
        _ => error(500, "UNKNOWN_ERROR", "404 Not Found"),
    }
}

#[tokio::test]
async fn grammar_is_checked_and_its_failures_are_named() {
    let server = Server::start(grammar).await;
    let world = world();
    let mut check = Check::new(server.url.clone(), "She go.");
    check.request.level = Some(Level::Picky);
    let checked = world.ask(&check).await.expect("a sound answer");
    assert_eq!(checked.errors[0].span(&check.request.text), Some(4..6));
    assert_eq!(server.asked()[0].json()["level"], "picky");
    assert_eq!(server.asked()[0].headers["content-type"], "application/json");

    let smoke = language_tool::smoke(&world, &server.url).await;
    assert_eq!(
        (smoke.verdict, smoke.detail.as_str()),
        (Verdict::Pass, "1 found: HE_VERB_AGR, in 12 ms")
    );

    let error = world.ask(&Check::new(server.url.clone(), "slow")).await.expect_err("it fails");
    let words = "it answered 500 `PROCESSING_ERROR`: Grammar analysis failed: timeout";
    assert!(hemma_core::causes(&error).ends_with(words), "{error:?}");

    let asked = server.asked().len();
    for (text, characters) in [(String::new(), 0), ("ä".repeat(TEXT_LIMIT + 1), TEXT_LIMIT + 1)] {
        let error = world.ask(&Check::new(server.url.clone(), text)).await.expect_err("no length");
        assert!(error.to_string().contains(&format!("{characters} characters")), "{error}");
    }
    assert_eq!(server.asked().len(), asked, "such a text is not worth a request");

    let finding = language_tool::verify(&world, &server.url).await;
    assert_eq!(finding.verdict, Verdict::Fail);
    assert_eq!(finding.evidence, ["java.lang.OutOfMemoryError"]);
}

#[tokio::test]
async fn a_grammar_service_that_is_down_shows_in_the_essay_and_points_there() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/extract" if asked.list("texts").is_empty() => extracted(asked, &Value::Null),
        "/v1/extract" => {
            let body = json!({"error": "dependency_unavailable", "detail": "LanguageTool offload"});
            Reply::json(503, &body)
        }
        _ => sound(asked),
    })
    .await;
    let report = readiness::verify(&world(), &server.url).await;
    let finding = &report.findings[2];
    assert_eq!(finding.verdict, Verdict::Fail);
    assert_eq!(finding.hint, Some(hemma_embed::Remedy::CheckGrammarService.into()));
    assert_eq!(server.asked().len(), 1, "a look asks once");
}
