#!/bin/sh
# A service asks for a host port that the proxy already has.
set -eu
sed -i 's/^    container_name: huleedu_websocket_service$/&\n    ports:\n      - "127.0.0.1:443:8080"/' docker-compose.services.yml
git commit --quiet --all --message 'websocket_service: publish 443'
