#!/usr/bin/env bash
# Installs what building and testing need and what is not there yet: Debian packages, ONNX Runtime out of the npm
# package that carries it, into build/onnxruntime, hls.js, which the binary carries, and what tests need of npm: what runs
# as Supabase, into e2e/supabase/node_modules, what upstream's pages load from a CDN, into e2e/cdn/node_modules, and
# axe-core, into e2e/axe/node_modules. Does nothing when all is there. With the arguments `onnxruntime amd64` (or arm64),
# or `hlsjs`, it fetches that alone, for an image: ONNX Runtime into build/onnxruntime/amd64. With `opencv-doc` it installs
# that package alone: only `make rooms` needs it, for its clip of people on a walkway.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "setup: $*" >&2; exit 1; }

packages=(
	gcc libc6-dev pkg-config libavcodec-dev libavformat-dev libavutil-dev libswscale-dev # the decoder
	ffmpeg   # draws the test card, plays recorded clips as cameras
	git      # applies patches/
	chromium # opens the pages in tests
	postgresql # tests run clusters of their own; Debian's stays unused
	iproute2 nftables conntrack # tests make networks: namespaces, routers that translate addresses, flows to forget
	coturn   # STUN and TURN server of those networks
	openssh-server # its -R stands in for Cloudflare Tunnel in them
)

install_packages() {
	command -v dpkg-query >/dev/null || {
		echo "setup: not Debian: take care yourself of ${packages[*]}" >&2
		return
	}
	local missing=() package
	for package in "${packages[@]}"; do
		[[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
	done
	((${#missing[@]})) || return 0
	((EUID == 0)) || die "not root, so run this first: sudo apt-get install ${missing[*]}"
	echo "setup: apt-get install ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq || echo "setup: apt-get update did not work, trying with the lists there are" >&2
	# Tests start servers of their own: none that comes with a package starts, neither now nor with the machine
	local policy=/usr/sbin/policy-rc.d
	[[ -e $policy ]] || { trap "rm -f $policy" EXIT; printf '#!/bin/sh\nexit 101\n' >$policy; chmod 755 $policy; }
	apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || die "apt-get could not install ${missing[*]}"
	for package in "${missing[@]}"; do
		case $package in coturn | postgresql) disable "$package" ;; openssh-server) disable ssh ;; esac
	done
	[[ -z $(trap -p EXIT) ]] || { rm -f $policy; trap - EXIT; }
}

# disable SERVICE keeps it from starting with the machine, where something would start it.
disable() {
	if command -v systemctl >/dev/null; then
		systemctl disable --quiet "$1" 2>/dev/null || true # such as a container's, which boots nothing
	fi
}

# ONNX Runtime, MIT. npm's package has the library for both processors; its install script is not run.
onnx_version=1.30.0
onnx_tarball=6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75

# install_onnxruntime PROCESSOR FOLDER puts the library for amd64 or arm64 into the folder.
install_onnxruntime() {
	local folder=$2 arch want=
	case $1 in
	amd64) arch=x64 want=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23 ;;
	arm64) arch=arm64 ;; # held by the hash of the tarball
	*) die "no onnxruntime for $1 in onnxruntime-node: put libonnxruntime.so.1 into $folder" ;;
	esac

	local lib=$folder/libonnxruntime.so.1 mark=$folder/version
	[[ -f $lib && -f $mark && $(<"$mark") == "$onnx_version $arch" ]] && return
	if [[ -f $lib && -n $want && $(sha256 "$lib") == "$want" ]]; then
		echo "$onnx_version $arch" >"$mark"
		return
	fi

	command -v npm >/dev/null || die "npm is missing, it fetches ONNX Runtime"
	echo "setup: onnxruntime $onnx_version for $1 from npm"
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT # not local, it outlives the function
	# a cache of its own: npm's usual one lies in HOME, which may not be writable
	(cd "$tmp" && npm pack --silent --cache "$tmp/cache" "onnxruntime-node@$onnx_version" >/dev/null) ||
		die "npm could not fetch onnxruntime-node@$onnx_version"
	check "$tmp/onnxruntime-node-$onnx_version.tgz" "$onnx_tarball"
	tar -xzf "$tmp/onnxruntime-node-$onnx_version.tgz" -C "$tmp" "package/bin/napi-v6/linux/$arch/libonnxruntime.so.1"
	[[ -z $want ]] || check "$tmp/package/bin/napi-v6/linux/$arch/libonnxruntime.so.1" "$want"

	mkdir -p "$folder"
	mv "$tmp/package/bin/napi-v6/linux/$arch/libonnxruntime.so.1" "$lib.new"
	chmod 644 "$lib.new"
	mv "$lib.new" "$lib"
	echo "$onnx_version $arch" >"$mark"
}

# hls.js, Apache-2.0: one file of the package, which has no install script.
hls_version=1.7.4
hls_tarball=e4ab3d5d13f7cca9ef241d098f39686e19fd451831ba07dc9943482fd5ff75c7
hls_file=cfc70cc9e9fc63d071919e087670abc760c8fd1bc889b88588026e4d22193bbe

install_hlsjs() {
	local file=analytics/hls/www/hls.min.js
	[[ -f $file && $(sha256 "$file") == "$hls_file" ]] && return
	command -v npm >/dev/null || { echo "setup: npm is missing, it fetches hls.js" >&2; return 1; }
	echo "setup: hls.js $hls_version from npm"
	local dir
	dir=$(mktemp -d)
	if ! (cd "$dir" && npm pack --silent --cache "$dir/cache" "hls.js@$hls_version" >/dev/null); then
		echo "setup: npm could not fetch hls.js@$hls_version" >&2
		rm -rf "$dir"
		return 1
	fi
	check "$dir/hls.js-$hls_version.tgz" "$hls_tarball"
	tar -xzf "$dir/hls.js-$hls_version.tgz" -C "$dir" package/dist/hls.min.js
	check "$dir/package/dist/hls.min.js" "$hls_file"
	chmod 644 "$dir/package/dist/hls.min.js"
	mv "$dir/package/dist/hls.min.js" "$file.new"
	mv "$file.new" "$file"
	rm -rf "$dir"
}

# install_npm FOLDER WHAT. Only tests need it, so a machine that cannot have it still builds and runs.
install_npm() {
	local dir=$1 what=$2 want cache
	want=$(sha256 "$dir/package-lock.json")
	[[ -f $dir/node_modules/.lock && $(<"$dir/node_modules/.lock") == "$want" ]] && return
	echo "setup: $what from npm"
	cache=$(mktemp -d)
	if npm ci --prefix "$dir" --cache "$cache" --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null; then
		echo "$want" >"$dir/node_modules/.lock"
	else
		echo "setup: npm could not fetch the packages of $dir: tests of them will fail" >&2
	fi
	rm -rf "$cache"
}

sha256() { sha256sum "$1" | cut -d' ' -f1; }

check() { [[ $(sha256 "$1") == "$2" ]] || die "${1##*/}: sha256 is $(sha256 "$1"), expected $2"; }

if [[ ${1:-} == onnxruntime ]]; then
	install_onnxruntime "$2" "build/onnxruntime/$2"
	exit
fi
if [[ ${1:-} == hlsjs ]]; then
	install_hlsjs
	exit
fi
if [[ ${1:-} == opencv-doc ]]; then
	packages=(opencv-doc)
	install_packages
	exit
fi
command -v go >/dev/null || die "go is missing: https://go.dev/dl/, version as in go.mod"
install_packages
install_onnxruntime "$(go env GOARCH)" build/onnxruntime
install_hlsjs || echo "setup: so the binary has no hls.js: HLS plays only where the browser has it" >&2
install_npm e2e/supabase @supabase/lite
install_npm e2e/cdn 'what upstream has on a CDN'
install_npm e2e/axe 'the rules of accessibility'
