#!/bin/sh
# A git submodule, and a file of Git LFS: a pull brings neither.
set -eu
commit=$(git rev-parse HEAD)
printf '[submodule "shared"]\n\tpath = vendor/shared\n\turl = https://git.example/shared.git\n' > .gitmodules
git update-index --add --cacheinfo "160000,$commit,vendor/shared"
mkdir assets
echo '*.bin filter=lfs diff=lfs merge=lfs -text' > assets/.gitattributes
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 7\n' 7 > assets/voices.bin
git add .gitmodules assets
git commit --quiet --message 'vendor: the shared library, and voices'
