#!/usr/bin/env bash
# All tests, the quick ones first. The arguments are the build flags of the patched tree.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "test: go vet, with the patches and against plain upstream"
go vet "$@" ./...
go vet "$@,image,pictures" ./e2e # what other targets run
GOWORK=off go vet ./...
GOWORK=off go build ./...

echo "test: upstream's own tests in the patched tree"
# go test itself fails here, for the packages that are known to; the verdict is testlog's
set +o pipefail
go test -C build/go2rtc -json ./... | go run ./cmd/testlog -known patches/baseline.txt ||
	{ echo "test: upstream's tests do worse than patches/baseline.txt" >&2; exit 1; }
set -o pipefail

echo "test: ours"
go test "$@" -json -race -count=1 -timeout 30m ./... | go run ./cmd/testlog
