#!/bin/sh
# A service asks for the name of a container that is not its own.
# Usually that of the proxy stack's database.
set -eu
name=${1:-shared-postgres}
sed -i "s/^    container_name: huleedu_websocket_service\$/    container_name: $name/" docker-compose.services.yml
git commit --quiet --all --message "websocket_service: call it $name"
