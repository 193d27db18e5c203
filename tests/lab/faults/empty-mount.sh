#!/bin/sh
# A service mounts a directory that git ignores: no clone has it, and Docker would make it, empty.
set -eu
echo 'frontend/dist/' >> .gitignore
sed -i 's|^  content_service:$|&\n    volumes: ["./frontend/dist:/app/static:ro"]|' docker-compose.prod.yml
git add .gitignore
git commit --quiet --all --message 'content_service: serve the built frontend'
