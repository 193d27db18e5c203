#!/bin/sh
# A key that Compose does not know.
set -eu
sed -i 's/^    container_name: huleedu_websocket_service$/&\n    restrat: always/' docker-compose.services.yml
git commit --quiet --all --message 'compose: a misspelled key'
