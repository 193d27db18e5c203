"""The grammar service: the contract of the real one, its errors included, around `grammar`.

The real one starts Java, which can die: here it is dead while /tmp/java-has-died exists, and what
that holds is what Java said last.
"""

import json
import re
import time
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import BoundedSemaphore
from urllib.parse import parse_qs, urlsplit

from grammar import IS_STUB, found
from huleedu_service import end_on_sigterm, environment, log, uptime

SERVICE = "language-tool-service"
LAST_WORDS = Path("/tmp/java-has-died")
AT_ONCE = BoundedSemaphore(10)
CHECKS = Counter()

LISTS = ["enabledCategories", "disabledCategories", "enabledRules", "disabledRules"]


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, status, code, message, **details):
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details


def healthz(request):
    dead = LAST_WORDS.exists()
    running = not IS_STUB and not dead
    status = "unhealthy" if dead and not IS_STUB else "healthy"
    wrapper = {
        "implementation": "stub" if IS_STUB else "production",
        "status": status,
        "response_time_ms": 1,
        "server": {
            "running": running,
            "pid": 7 if running else None,
            "restart_count": 0,
            "returncode": 1 if dead else None,
            "port": 8081,
            "heap_size": "512m",
            "last_restart_time": None,
        },
        "note": "in miniature",
    }
    if dead:
        wrapper["recent_output"] = {"stdout": [], "stderr": LAST_WORDS.read_text().splitlines()}
    return 200 if status == "healthy" else 503, {
        "service": SERVICE,
        "status": status,
        "message": f"Language Tool Service is {status}",
        "version": "1.0.0",
        "jvm": {"running": running, "heap_used_mb": 128 if running else 0},
        "uptime_seconds": uptime(),
        "checks": {"service_responsive": True, "dependencies_available": status == "healthy"},
        "dependencies": {"language_tool_wrapper": wrapper},
        "environment": environment(),
        "correlation_id": request.correlation_id,
    }


def invalid(message):
    return Refusal(400, "VALIDATION_ERROR", message, field="request_format")


def read(request):
    """The request body, held against the schema."""
    is_json = (request.headers.get("Content-Type") or "").split(";")[0] == "application/json"
    try:
        body = json.loads(request.body) if is_json else None
    except ValueError:
        body = None
    if not body:
        raise Refusal(400, "VALIDATION_ERROR", "Invalid JSON in request body", field="json_body")
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        raise invalid("text: a string is required")
    if not 1 <= len(body["text"]) <= 50000:
        raise invalid("text: it must have 1 to 50000 characters")
    if not re.fullmatch(r"[a-z]{2}-[A-Z]{2}|auto", str(body.get("language", "en-US"))):
        raise invalid("language: it must match ^([a-z]{2}-[A-Z]{2}|auto)$")
    if body.get("level", "default") not in ("default", "picky"):
        raise invalid("level: it must be default or picky")
    if not all(isinstance(body.get(key) or [], list) for key in LISTS):
        raise invalid("categories and rules: a list is required")
    return body


def check(request):
    body = read(request)
    began = time.monotonic()
    if not AT_ONCE.acquire(timeout=30):
        raise Refusal(500, "PROCESSING_ERROR", "Grammar analysis failed: Request timed out")
    try:
        if LAST_WORDS.exists() and not IS_STUB:
            raise Refusal(500, "PROCESSING_ERROR",
                          "Grammar analysis failed: LanguageTool server is not running")
        errors = found(body["text"], body)
    finally:
        AT_ONCE.release()
    CHECKS["total"] += 1
    return 200, {
        "errors": errors,
        "total_grammar_errors": len(errors),
        "grammar_category_counts": Counter(it["category_id"] for it in errors),
        "grammar_rule_counts": Counter(it["rule_id"] for it in errors),
        "language": "en-US" if body.get("language") == "auto" else body.get("language", "en-US"),
        "processing_time_ms": round((time.monotonic() - began) * 1000),
    }


def metrics(_request):
    name = "language_tool_service_grammar_checks_total"
    return 200, f"# TYPE {name} counter\n{name} {CHECKS['total']}\n"


ROUTES = {("GET", "/healthz"): healthz, ("GET", "/metrics"): metrics, ("POST", "/v1/check"): check}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "hypercorn-h11"
    sys_version = ""

    def route(self, path):
        method = "GET" if self.command == "HEAD" else self.command
        if (method, path) in ROUTES:
            return ROUTES[method, path]
        # The real one answers these as errors of its own as well, and not with 404 and 405.
        known = any(path == at for _, at in ROUTES)
        kind = "MethodNotAllowed" if known else "NotFound"
        raise Refusal(500, "UNKNOWN_ERROR", "An unexpected error occurred", error_type=kind)

    def dispatch(self):
        url = urlsplit(self.path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = self.headers.get("X-Correlation-ID") or parse_qs(url.query).get("correlation_id", [""])[0]
        self.correlation_id = correlation(asked)
        try:
            self.answer(*self.route(url.path)(self))
        except Refusal as refusal:
            self.answer(refusal.status, {"error": {
                "code": refusal.code,
                "message": refusal.message,
                "correlation_id": self.correlation_id,
                "service": SERVICE,
                "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "details": refusal.details,
            }})

    def answer(self, status, value):
        plain = isinstance(value, str)
        content = (value if plain else json.dumps(value)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4" if plain else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = dispatch

    def log_message(self, form, *args):
        if self.path != "/healthz":
            log("request", service=SERVICE, line=form % args, correlation_id=self.correlation_id)


def correlation(asked):
    """What is no UUID becomes one, always the same."""
    if not asked:
        return str(uuid.uuid4())
    try:
        return str(uuid.UUID(asked))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, asked))


def serve(port):
    end_on_sigterm()
    log("service_started", service=SERVICE, port=port, environment=environment(),
        implementation="stub" if IS_STUB else "production")
    ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()


serve(8085)
