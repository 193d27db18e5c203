#!/bin/sh
# A file that needs space in the checkout, and next to none on its way there.
# No service uses it.
set -eu
# Not of zeros: git leaves holes where those are.
yes | head -c "${1:-4194304}" > large
echo >> docker-compose.hemma.yml
git add large
git commit --quiet --all --message 'a large file'
