"""The one HTTP server that every service of the miniature shares."""

import json
import os
import signal
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STARTED = time.monotonic()


def log(event, **fields):
    """Prints one JSON line, as the real services do."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"timestamp": stamp, "event": event, **fields}), flush=True)


def uptime():
    """Seconds since this process started."""
    return round(time.monotonic() - STARTED, 3)


def end_on_sigterm():
    """Ends at once on SIGTERM: the first process of a container ignores it unless told otherwise."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))


def serve(service, port, routes, *, head_allowed=True):
    """Serves `routes`, a map from (method, path) to a function (body) -> (status, value[, headers]).

    A value that is bytes is sent as it is, any other as JSON."""
    end_on_sigterm()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "huleedu"
        sys_version = ""

        def answer(self, status, value, **headers):
            is_json = not isinstance(value, bytes)
            content = json.dumps(value).encode() if is_json else value
            headers.setdefault("Content_Type", "application/json" if is_json else "application/octet-stream")
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            for name, text in headers.items():
                self.send_header(name.replace("_", "-"), text)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def dispatch(self):
            path = self.path.split("?")[0]
            method = "GET" if self.command == "HEAD" and head_allowed else self.command
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else b""
            route = routes.get((method, path))
            if route is not None:
                status, value, *headers = route(body)
                self.answer(status, value, **dict(*headers))
                return
            allowed = [known for known, at in routes if at == path]
            if allowed:
                self.answer(405, {"detail": "Method Not Allowed"}, Allow=", ".join(allowed))
            else:
                self.answer(404, {"detail": "Not Found"})

        do_GET = do_HEAD = do_POST = dispatch

        def log_message(self, form, *args):
            # Health checks run every few seconds and would drown everything else.
            if self.path != "/healthz":
                log("request", service=service, line=form % args, correlation_id=str(uuid.uuid4()))

    log("service_started", service=service, port=port, environment=environment())
    ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()


def environment():
    """What the service believes it runs in."""
    return os.environ.get("ENVIRONMENT", "development")


def health(service, **extra):
    """The health body of a service without words of its own."""
    return lambda body: (
        200,
        {
            "service": service,
            "status": "healthy",
            "message": f"{service} is healthy",
            "version": "1.0.0",
            "checks": {"service_responsive": True, "dependencies_available": True},
            "dependencies": {},
            "environment": environment(),
            **extra,
        },
    )


def require(*names):
    """Ends with HuleEdu's own words when a variable is missing or empty."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        sys.exit(f"Production environment requires {' and '.join(missing)} to be set.")
