#!/usr/bin/env bash
# Copies the go2rtc that go.mod names to build/go2rtc, applies patches/*.patch in order and joins it to our
# module by a go.work (GOWORK=off gives plain upstream). Does nothing while version, patches and this
# script are what they were.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOWORK=off

module=github.com/AlexxIT/go2rtc
root=$(pwd -P)
tree=$root/build/go2rtc

version=$(go list -m -f '{{.Version}}' "$module")
stamp=$(echo "$version" && sha256sum patches/*.patch patches/apply.sh)
if [[ -f go.work && -d $tree && -f $tree.stamp && $(<"$tree.stamp") == "$stamp" ]]; then
	exit 0
fi

# go checks the module against go.sum here
dir=$(go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')
[[ -d $dir ]] || { echo "patch: $module@$version is not in the module cache" >&2; exit 1; }

rm -rf "$tree.new" "$tree.stamp"
mkdir -p build
cp -r "$dir" "$tree.new"
chmod -R u+w "$tree.new"

for patch in "$root"/patches/*.patch; do
	# the ceiling hides our own repository: inside it git skips what .gitignore's tree holds, in silence
	if ! GIT_CEILING_DIRECTORIES=$root/build git -C "$tree.new" apply --whitespace=nowarn "$patch"; then
		echo "patch: ${patch##*/} does not apply to $module $version, see patches/README.md" >&2
		exit 1
	fi
done

rm -rf "$tree"
mv "$tree.new" "$tree"
cat >go.work <<EOF
// made by patches/apply.sh
go $(go list -m -f '{{.GoVersion}}')

use .
use ./build/go2rtc
EOF
echo "$stamp" >"$tree.stamp"
echo "patch: build/go2rtc is $version with $(ls patches/*.patch | wc -l) patches"
