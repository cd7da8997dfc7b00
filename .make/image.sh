#!/usr/bin/env bash
# Builds the image with docker, podman or buildah, whichever is there. Settings, by the environment:
#   IMAGE     its name (go2rtc-seats)             ENGINE    docker, podman or buildah
#   PLATFORM  linux/amd64 or linux/arm64 (this machine's)
#   BASE, GO_IMAGE, ONNXRUNTIME, EXTRA_PACKAGES, GOPROXY, GOSUMDB   as in the Dockerfile
# More arguments go to the engine as they are.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "image: $*" >&2; exit 1; }

image=${IMAGE:-go2rtc-seats}
arch=${PLATFORM:+${PLATFORM#linux/}}
.make/setup.sh onnxruntime "${arch:-$(go env GOARCH)}"
.make/setup.sh hlsjs
GOWORK=off go run ./cmd/fetch models/yolox_nano.onnx

engine=${ENGINE:-}
if [[ -z $engine ]]; then
	if docker info >/dev/null 2>&1; then
		engine=docker
	else
		for engine in podman buildah none; do command -v "$engine" >/dev/null && break; done
	fi
fi

arguments=()
for name in BASE GO_IMAGE ONNXRUNTIME EXTRA_PACKAGES GOPROXY GOSUMDB; do
	[[ -z ${!name:-} ]] || arguments+=(--build-arg "$name=${!name}")
done
[[ -z ${PLATFORM:-} ]] || arguments+=(--platform "$PLATFORM")

case $engine in
docker) docker build -t "$image" "${arguments[@]}" "$@" . ;;
# OCI's own format has no health check; layers are cached as docker does
podman) podman build --format docker --layers -t "$image" "${arguments[@]}" "$@" . ;;
buildah) buildah build --format docker --layers -t "$image" "${arguments[@]}" "$@" . ;;
*) die "needs docker, podman or buildah" ;;
esac
echo "image: built $image with $engine"
