#!/bin/sh
# The compose files have a name of their own for the project.
set -eu
sed -i '1i name: huleedu-live' docker-compose.hemma.yml
git commit --quiet --all --message 'compose: call the project huleedu-live'
