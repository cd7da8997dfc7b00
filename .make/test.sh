#!/usr/bin/env bash
# All tests, the quick ones first. The arguments are the build flags of the patched tree.
set -euo pipefail
cd "$(dirname "$0")/.."
# what was compiled in one checkout serves the next: upstream's tree lies in another folder there
export GOFLAGS="${GOFLAGS:-$(go env GOFLAGS)} -trimpath"

echo "test: go vet, with the patches and against plain upstream"
go vet "$@" ./...
go vet "$@,image,pictures" ./e2e # what other targets run
GOWORK=off go vet ./...
GOWORK=off go build ./...

echo "test: upstream's own tests in the patched tree, without what patches/baseline.txt names"
known() { sed 's/#.*//' patches/baseline.txt | awk "$1"; }
packages=$(go list -C build/go2rtc -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... |
	grep -vxFf <(known 'NF == 1'))
tests=$(known 'NF > 1 { for (i = 2; i <= NF; i++) print $i }' | paste -sd '|')
upstream() { (cd build/go2rtc && "$OLDPWD/.make/gotestsum.sh" "$@") || { echo "test: upstream's tests do worse than patches/baseline.txt" >&2; exit 1; }; }
flaky=TestMissedControl # see patches/baseline.txt
upstream --packages="${packages//$'\n'/ }" -- -skip "^($tests|$flaky)\$"
upstream --rerun-fails=2 --packages=./pkg/rtsp -- -count=1 -run "^$flaky\$"

echo "test: ours"
.make/gotestsum.sh -- "$@" -race -count=1 -timeout 30m ./...
