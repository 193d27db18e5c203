#!/bin/sh
# A service asks for a host port that something else has.
# Usually 443, which is the proxy's; 22 is sshd's.
set -eu
port=${1:-443}
sed -i "s/^    container_name: huleedu_websocket_service\$/&\\n    ports:\\n      - \"127.0.0.1:$port:8080\"/" docker-compose.services.yml
git commit --quiet --all --message "websocket_service: publish $port"
