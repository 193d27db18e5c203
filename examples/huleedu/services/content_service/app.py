"""Stores essays and prompts."""

from huleedu_service import health, serve

SERVICE = "content_service"

serve(SERVICE, 8000, {("GET", "/healthz"): health(SERVICE)})
