#!/bin/sh
# The image takes some seconds to build.
# Long enough to be interrupted in the middle.
set -eu
service=${1:-websocket_service}
printf 'RUN echo this takes a while && sleep 4\n' >> "services/$service/Dockerfile"
git commit --quiet --all --message "$service: a build that takes a while"
