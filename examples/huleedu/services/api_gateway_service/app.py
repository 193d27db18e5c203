"""The public API. Its health body is fixed: it proves that the process answers and nothing more."""

from huleedu_service import serve

SERVICE = "api_gateway_service"
MESSAGE = "API Gateway is healthy"


def healthz(_body):
    return 200, {
        "service": SERVICE,
        "status": "healthy",
        "message": MESSAGE,
        "version": "1.0.0",
        "checks": {"service_responsive": True, "dependencies_available": True},
        "dependencies": {"redis": {"status": "healthy"}, "downstream_services": {"status": "healthy"}},
        "environment": "development",
    }


serve(SERVICE, 8080, {("GET", "/healthz"): healthz}, head_allowed=False)
