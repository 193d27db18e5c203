"""Grammar checking. The real one wraps LanguageTool in a Java process; this one knows two mistakes."""

import json
import re
import uuid

from huleedu_service import environment, serve, uptime

SERVICE = "language-tool-service"
MISTAKES = {
    "teh": ("EN_SIMPLE_REPLACE", "TYPOS", "Possible Typo", "the"),
    "alot": ("ALOT", "TYPOS", "Possible Typo", "a lot"),
}


def healthz(_body):
    return 200, {
        "service": SERVICE,
        "status": "healthy",
        "message": "Language Tool Service is healthy",
        "version": "1.0.0",
        "jvm": {"running": True, "heap_used_mb": 128},
        "uptime_seconds": uptime(),
        "checks": {"service_responsive": True, "dependencies_available": True},
        "dependencies": {
            "language_tool_wrapper": {
                "implementation": "production",
                "status": "healthy",
                "response_time_ms": 1,
                "server": {
                    "running": True,
                    "pid": 7,
                    "restart_count": 0,
                    "returncode": None,
                    "port": 8081,
                    "heap_size": "512m",
                    "last_restart_time": None,
                },
                "note": "in miniature",
            }
        },
        "environment": environment(),
        "correlation_id": str(uuid.uuid4()),
    }


def refusal(field, message):
    return 400, {
        "error": {
            "code": "VALIDATION_ERROR",
            "message": message,
            "correlation_id": str(uuid.uuid4()),
            "service": SERVICE,
            "timestamp": "2026-02-07T12:00:00Z",
            "details": {"field": field},
        }
    }


def found(text, match):
    rule, category, category_name, replacement = MISTAKES[match[0].lower()]
    return {
        "rule_id": rule,
        "message": f"Did you mean {replacement!r}?",
        "short_message": "Spelling",
        "offset": match.start(),
        "length": len(match[0]),
        "replacements": [replacement],
        "category": category,
        "severity": "error",
        "category_id": category,
        "category_name": category_name,
        "context": text[max(0, match.start() - 40) : match.end() + 40],
        "context_offset": min(match.start(), 40),
    }


def check(body):
    try:
        request = json.loads(body or b"null")
    except ValueError:
        request = None
    if not request:
        return refusal("json_body", "Invalid JSON in request body")
    text = request.get("text") if isinstance(request, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= 50000:
        return refusal("request_format", "text must have 1 to 50000 characters")
    pattern = "|".join(rf"\b{word}\b" for word in MISTAKES)
    errors = [found(text, match) for match in re.finditer(pattern, text, re.IGNORECASE)]
    counts = {"TYPOS": len(errors)} if errors else {}
    rules = {}
    for error in errors:
        rules[error["rule_id"]] = rules.get(error["rule_id"], 0) + 1
    return 200, {
        "errors": errors,
        "total_grammar_errors": len(errors),
        "grammar_category_counts": counts,
        "grammar_rule_counts": rules,
        "language": request.get("language", "en-US"),
        "processing_time_ms": 1,
    }


serve(SERVICE, 8085, {("GET", "/healthz"): healthz, ("POST", "/v1/check"): check})
