#!/bin/sh
# The main stack now needs a variable that no `.env` has yet.
set -eu
sed -i 's/^      VIRTUAL_HOST: ws\..*$/&\n      WEBSOCKET_TICKET_KEY: ${WEBSOCKET_TICKET_KEY:?Missing WEBSOCKET_TICKET_KEY}/' docker-compose.prod.yml
git commit --quiet --all --message 'websocket_service: require WEBSOCKET_TICKET_KEY'
