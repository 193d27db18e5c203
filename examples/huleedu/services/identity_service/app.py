"""Signs users in."""

from huleedu_service import health, require, serve

SERVICE = "identity_service"
require("HULEEDU_DB_USER", "HULEEDU_PROD_DB_PASSWORD")

serve(SERVICE, 7005, {("GET", "/healthz"): health(SERVICE)})
