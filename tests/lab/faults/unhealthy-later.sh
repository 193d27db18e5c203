#!/bin/sh
# The service is healthy at first, and answers no health check some seconds later.
# The interval is longer than the gate watches what is healthy, so that only one check has passed
# by then. No other service depends on the default one, and no public name leads to it.
set -eu
service=${1:-identity_service} seconds=${2:-10} interval=${3:-8s}
sed -i "s/^serve(/import http.server, time\nborn = time.monotonic()\nanswer = http.server.BaseHTTPRequestHandler.send_response_only\nhttp.server.BaseHTTPRequestHandler.send_response_only = (\n    lambda handler, code, *words: answer(handler, 503 if time.monotonic() - born > $seconds else code)\n)\nserve(/" "services/$service/app.py"
sed -i "/^  $service:/,/interval:/s/interval: .*/interval: $interval/" docker-compose.services.yml
git commit --quiet --all --message "$service: answer 503 after a while"
