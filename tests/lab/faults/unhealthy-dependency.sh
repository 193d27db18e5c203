#!/bin/sh
# As `unhealthy`, but other services wait for this one.
# Compose gives up in the middle of `up`.
set -eu
exec "$(dirname "$0")/unhealthy.sh" content_service
