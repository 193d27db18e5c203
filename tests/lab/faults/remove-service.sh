#!/bin/sh
# A service leaves the model.
# Its container is an orphan from then on.
set -eu
# The image has no Python, hence awk: drop the block of the service from both files.
for file in docker-compose.services.yml docker-compose.prod.yml; do
  awk -v name='  identity_service:' '
    $0 == name { skip = 1; next }
    skip && (/^  [a-z_]+:/ || /^[^ #]/) { skip = 0 }
    !skip' "$file" > "$file.new"
  mv "$file.new" "$file"
done
git rm -r --quiet services/identity_service
git commit --quiet --all --message 'identity_service: gone'
