#!/bin/sh
# The worker ends with an error each time it starts.
# It has no health check, so only the restart count tells.
set -eu
service=${1:-essay_lifecycle_worker}
printf 'raise RuntimeError("no consumer group")\n' > "services/$service/app.py"
git commit --quiet --all --message "$service: fail on start"
