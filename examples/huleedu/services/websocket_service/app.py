"""Live updates for the browser application."""

import time

from huleedu_service import environment, serve, uptime

SERVICE = "websocket_service"


def healthz(_body):
    return 200, {
        "service": SERVICE,
        "status": "healthy",
        "message": "WebSocket service is healthy",
        "environment": environment(),
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "uptime_seconds": int(uptime()),
    }


serve(
    SERVICE,
    8080,
    {("GET", path): healthz for path in ("/healthz", "/healthz/redis", "/healthz/websocket")},
    head_allowed=False,
)
