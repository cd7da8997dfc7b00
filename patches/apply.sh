#!/usr/bin/env bash
# Copies the go2rtc that go.mod names to build/go2rtc, applies patches/*.patch in order and joins it to our
# module by a go.work (GOWORK=off gives plain upstream). Does nothing while version, patches and this
# script are what they were.
#
# With the arguments `try VERSION` it applies them to another version instead, in build/upstream, goes on where one
# fails, and prints what does not apply. VERSION is what Go takes for one (v1.9.15, master, a commit), or the folder of a
# checkout; where it is left out, the newest that the module proxy serves.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOWORK=off LC_ALL=C

module=github.com/AlexxIT/go2rtc
root=$(pwd -P)
tree=$root/build/go2rtc
version=$(go list -m -f '{{.Version}}' "$module")

# fetch VERSION prints the folder in the module cache, or nothing; go checks its content against go.sum or the checksum database
fetch() { { go mod download -json "$module@$1" 2>/dev/null || true; } | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p'; }

# copy FOLDER NEW
copy() {
	rm -rf "$2"
	mkdir -p build
	cp -r "$1" "$2"
	chmod -R u+w "$2"
	rm -rf "$2/.git"
}

# apply FOLDER PATCH ARGUMENTS...
apply() {
	# the ceiling hides our own repository: inside it git skips what .gitignore's tree holds, in silence
	GIT_CEILING_DIRECTORIES=$root/build git -C "$1" apply --whitespace=nowarn "${@:3}" "$2"
}

# newest prints the newest version that can be had: the branch's last commit, else the last release
newest() {
	local query
	for query in master latest $(go list -m -f '{{join .Versions " "}}' -versions "$module" 2>/dev/null | tr ' ' '\n' | tac) "$version"; do
		go list -m -f '{{.Version}}' "$module@$query" 2>/dev/null && return
	done
}

# rejected FOLDER PATCH applies the hunks that it can, and prints the others
rejected() {
	{ apply "$1" "$2" --reject --verbose 2>&1 || true; } | awk '
		/^Applying patch / { file = $3 }
		/^Rejected hunk #/ { sub(/[#.]+$/, ""); print file " hunk " substr($3, 2) }
		/^error: .*: (No such file|already exists)/ { sub(/^error: /, ""); print }' | paste -sd, | sed 's/,/, /g'
}

try() {
	local from=${1:-} dir patch name good=0 all=0
	[[ -n $from ]] || from=$(newest)
	if [[ -d $from ]]; then dir=$from; else dir=$(fetch "$from"); fi
	[[ -n $dir ]] || { echo "upstream: the module proxy does not serve $module $from" >&2; exit 1; }
	if [[ $from == "$version" ]]; then
		echo "upstream: the module proxy tells of nothing newer than $module $version, which go.mod has"
	else
		echo "upstream: $module $from, go.mod has $version"
	fi
	copy "$dir" build/upstream
	for patch in "$root"/patches/*.patch; do
		name=$(basename "$patch" .patch)
		all=$((all + 1))
		if apply build/upstream "$patch" 2>/dev/null; then
			good=$((good + 1))
			echo "applies         $name"
		else
			echo "does not apply  $name: $(rejected build/upstream "$patch")"
		fi
	done
	echo "upstream: $good of $all patches apply; build/upstream has the tree, with a .rej beside each file that a hunk was refused for"
}

if [[ ${1:-} == try ]]; then
	try "${2:-}"
	exit
fi

stamp=$(echo "$version" && sha256sum patches/*.patch patches/apply.sh)
if [[ -f go.work && -d $tree && -f $tree.stamp && $(<"$tree.stamp") == "$stamp" ]]; then
	exit 0
fi

dir=$(fetch "$version")
[[ -n $dir ]] || { echo "patch: $module@$version is neither in the module cache nor on the module proxy" >&2; exit 1; }

rm -f "$tree.stamp"
copy "$dir" "$tree.new"
for patch in "$root"/patches/*.patch; do
	if ! apply "$tree.new" "$patch"; then
		echo "patch: ${patch##*/} does not apply to $module $version, see patches/README.md" >&2
		exit 1
	fi
done

rm -rf "$tree"
mv "$tree.new" "$tree"
go=$(go list -m -f '{{.GoVersion}}')
# a replacement, because build info tells its version, which it does not of a module that is used
cat >go.work <<EOF
// made by patches/apply.sh
go $go

use .
replace $module => ./build/go2rtc
EOF
# for upstream's own tests, which run in its folder with the dependencies that our binary has
cat >"$tree/go.work" <<EOF
// made by patches/apply.sh
go $go

use (
	.
	../..
)
EOF
echo "$stamp" >"$tree.stamp"
echo "patch: build/go2rtc is $version with $(ls patches/*.patch | wc -l) patches"
