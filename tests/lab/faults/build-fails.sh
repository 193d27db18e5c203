#!/bin/sh
# The image cannot be built.
# The cause is in the last lines of a long output.
set -eu
service=${1:-websocket_service}
cat >> "services/$service/Dockerfile" <<'STEP'
RUN for n in $(seq 60); do echo "resolving package $n of 60"; done \
 && echo "[PdmUsageError]: Requested groups not in lockfile: dev" >&2 && exit 1
STEP
git commit --quiet --all --message "$service: a build that fails"
