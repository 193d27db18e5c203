#!/bin/sh
# One service answers something new.
# Its image and nothing else changes. May be run again and again.
set -eu
service=${1:-api_gateway_service}
count=$(grep -c '^# revision ' "services/$service/app.py" || true)
printf '# revision %s\n' "$((count + 1))" >> "services/$service/app.py"
git commit --quiet --all --message "$service: revision $((count + 1))"
