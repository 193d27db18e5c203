"""The offload server, as far as its health goes."""

from huleedu_service import serve, uptime
import os

SERVICE = "essay_scoring_offload"
JAR_VERSION = os.environ.get("OFFLOAD_LANGUAGE_TOOL_JAR_VERSION", "")


def healthz(_body):
    issues = [] if JAR_VERSION else ["missing_OFFLOAD_LANGUAGE_TOOL_JAR_VERSION"]
    return 200, {
        "status": "degraded" if issues else "ok",
        "issues": issues,
        "model_name": "microsoft/deberta-v3-base",
        "max_length": 512,
        "batch_size": 32,
        "gpu": {"torch": {"available": False, "device_count": 0, "devices": []}},
        "metrics": {"uptime_seconds": uptime(), "endpoints": []},
        "extract": {
            "schema_version": 1,
            "max_items": 64,
            "max_request_bytes": 900000,
            "max_response_bytes": 8000000,
            "language_tool_url": os.environ.get("OFFLOAD_LANGUAGE_TOOL_URL", ""),
            "language_tool_jar_version": JAR_VERSION,
        },
    }


serve(SERVICE, 9000, {("GET", "/healthz"): healthz})
