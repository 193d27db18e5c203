"""Ranks essays by comparative judgement; gets the whole of `.env`."""

from huleedu_service import health, require, serve

SERVICE = "cj_assessment_service"
require("JWT_SECRET_KEY", "HULEEDU_PROD_DB_PASSWORD")

serve(SERVICE, 9090, {("GET", "/healthz"): health(SERVICE)})
