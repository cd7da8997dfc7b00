#!/usr/bin/env bash
# Builds the image where no registry of images can be reached, and runs what was built where no container engine
# starts: buildah on a base that debootstrap makes, bubblewrap for the containers. As root; takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "image-check: $*" >&2; exit 1; }
((EUID == 0)) || die "wants root: debootstrap and mounts need it"

missing=()
for package in buildah bubblewrap debootstrap; do
	[[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
if ((${#missing[@]})); then
	echo "image-check: apt-get install ${missing[*]}"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

work=$PWD/build/image
mkdir -p "$work"
export STORAGE_DRIVER=${STORAGE_DRIVER:-overlay} BUILDAH_ISOLATION=chroot

# what debian:12-slim is: Debian's smallest set of packages, without manuals
if [[ ! -f $work/base.made ]]; then
	rm -rf "$work/base"
	mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
	[[ -n $mirror ]] || die "no Debian 12 in apt's sources"
	debootstrap --variant=minbase bookworm "$work/base" "$mirror" >"$work/debootstrap.log" 2>&1 || die "debootstrap failed, see build/image/debootstrap.log"
	rm -rf "$work"/base/var/cache/apt/archives/*.deb "$work"/base/var/lib/apt/lists/*
	rm -rf "$work"/base/usr/share/{doc-base,info,lintian,linda,locale,man}
	find "$work/base/usr/share/doc" -type f ! -name copyright -delete
	rm -f "$work/base/etc/apt/sources.list"
	cp -r /etc/apt/sources.list* /etc/apt/apt.conf.d "$work/base/etc/apt/"
	echo 'APT::Install-Recommends "false";' >"$work/base/etc/apt/apt.conf.d/02lean"
	touch "$work/base.made"
fi

# made CONTAINER NAME: the container becomes an image
made() { buildah commit --quiet --rm "$1" "$2" >/dev/null; }

base=localhost/seats-base:check go_image=localhost/seats-go:check image=localhost/go2rtc-seats:check
if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
	container=$(buildah from scratch)
	buildah copy --quiet "$container" "$work/base" / >/dev/null
	made "$container" "$base"
fi
if ! buildah inspect --type image "$go_image" >/dev/null 2>&1; then
	container=$(buildah from --pull-never "$base")
	buildah copy --quiet "$container" "$(go env GOROOT)" /usr/local/go >/dev/null
	# this machine may reach its modules through a proxy with a certificate of its own
	buildah copy --quiet "$container" /etc/ssl/certs/ca-certificates.crt /etc/ssl/check.crt >/dev/null
	buildah config --env PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		--env SSL_CERT_FILE=/etc/ssl/check.crt "$container"
	made "$container" "$go_image"
fi

GOPROXY=$(go env GOPROXY) GOSUMDB=$(go env GOSUMDB) ENGINE=buildah IMAGE=$image BASE=$base GO_IMAGE=$go_image .make/image.sh --quiet

container=$(buildah from --pull-never "$image")
trap 'buildah rm "$container" >/dev/null' EXIT
export SEATS_IMAGE_ROOT SEATS_IMAGE_BASE=$work/base
SEATS_IMAGE_ROOT=$(buildah mount "$container")
buildah inspect --type image "$image" >"$work/image.json"
export SEATS_IMAGE_JSON=$work/image.json SEATS_IMAGE_SIZES=$work/sizes
rm -f "$SEATS_IMAGE_SIZES"
.make/gotestsum.sh -- "$@" -count=1 -timeout 20m -run '^TestImage' ./e2e/ &&
	cat "$SEATS_IMAGE_SIZES"
