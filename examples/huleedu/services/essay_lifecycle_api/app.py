"""Tells where an essay is on its way."""

from huleedu_service import health, serve

SERVICE = "essay_lifecycle_api"

serve(SERVICE, 6000, {("GET", "/healthz"): health(SERVICE)})
