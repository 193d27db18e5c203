#!/bin/sh
# The service is healthy at first, and answers no health check some seconds later.
# No other service depends on the default one, and no public name leads to it.
set -eu
service=${1:-identity_service}
sed -i 's/^serve(/import http.server, time\nborn = time.monotonic()\nanswer = http.server.BaseHTTPRequestHandler.send_response_only\nhttp.server.BaseHTTPRequestHandler.send_response_only = (\n    lambda handler, code, *words: answer(handler, 503 if time.monotonic() - born > 4 else code)\n)\nserve(/' "services/$service/app.py"
git commit --quiet --all --message "$service: answer 503 after a while"
