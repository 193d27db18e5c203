"""The teachers' backend, which also serves the browser application."""

from pathlib import Path

from huleedu_service import serve

SERVICE = "bff_teacher_service"
STATIC = Path("/app/static")


def healthz(_body):
    checks = {
        "static_dir_exists": STATIC.is_dir(),
        "index_exists": (STATIC / "index.html").is_file(),
        "assets_dir_exists": (STATIC / "assets").is_dir(),
    }
    built = all(checks.values())
    return 200, {
        "service": SERVICE,
        "status": "healthy" if built else "degraded",
        "message": "Teacher BFF is healthy" if built else "Frontend build is missing",
        "version": "0.1.0",
        "checks": checks,
        "dependencies": {
            "frontend_build": {
                "status": "available" if built else "missing",
                "note": "served from /app/static",
            }
        },
    }


serve(SERVICE, 4101, {("GET", "/healthz"): healthz}, head_allowed=False)
