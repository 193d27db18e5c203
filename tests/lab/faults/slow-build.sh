#!/bin/sh
# The image takes some seconds to build: slow-build [SERVICE [SECONDS]].
# Long enough to be interrupted in the middle.
set -eu
service=${1:-websocket_service} seconds=${2:-4}
printf 'RUN echo this takes a while && sleep %s\n' "$seconds" >> "services/$service/Dockerfile"
git commit --quiet --all --message "$service: a build that takes a while"
