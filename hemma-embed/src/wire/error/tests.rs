use super::*;

#[test]
fn a_refusal_is_read_in_every_shape() {
    let rows = [
        (
            413,
            r#"{"schema_version":1,"error":"request_too_large","detail":"900001 bytes","extra":{}}"#,
            "it answered 413 `request_too_large`: 900001 bytes",
        ),
        (
            500,
            r#"{"error":{"code":"PROCESSING_ERROR","message":"Grammar analysis failed: x","details":{}}}"#,
            "it answered 500 `PROCESSING_ERROR`: Grammar analysis failed: x",
        ),
        (
            500,
            "500 Internal Server Error\n\nServer got itself in trouble",
            "it answered 500: 500 Internal Server Error Server got itself in trouble",
        ),
        (502, "", "it answered 502"),
        (503, r#"{"error":null}"#, "it answered 503: {\"error\":null}"),
    ];
    for (status, body, expected) in rows {
        assert_eq!(Problem::refusal(status, body.as_bytes(), None).to_string(), expected);
    }
}

#[test]
fn who_is_asked_again_and_who_is_asked_for_less() {
    let of = |status, code: &str, detail: &str| RequestError {
        endpoint: String::new(),
        correlation_id: String::new(),
        attempts: 1,
        problem: Problem::Status {
            status,
            code: code.to_owned(),
            detail: detail.to_owned(),
            retry_after: None,
        },
    };
    let rows = [
        (of(413, "request_too_large", ""), true, false),
        (of(413, "too_many_items", ""), true, false),
        (of(400, "invalid_request", "Request Entity Too Large"), true, false),
        (
            of(
                400,
                "invalid_request",
                "Maximum request body size 1048576 exceeded, actual 1100000",
            ),
            true,
            false,
        ),
        (of(400, "invalid_request", "texts: field required"), false, false),
        (of(500, "response_too_large", ""), true, false),
        (of(500, "internal_error", ""), false, false),
        (of(503, "dependency_unavailable", ""), false, true),
        (of(429, "", ""), false, true),
    ];
    for (error, too_large, may_pass) in rows {
        assert_eq!((error.too_large(), error.may_pass()), (too_large, may_pass), "{error:?}");
    }
}
