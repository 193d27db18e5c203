#!/bin/sh
# The repository gets a `.gitignore` that names `.env`.
set -eu
printf '.env\n__pycache__/\n' > .gitignore
git add .gitignore
git commit --quiet --message '.gitignore: .env'
