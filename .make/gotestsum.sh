#!/usr/bin/env bash
# Runs tests by gotestsum, with its arguments. What failed is printed at once and again at the end, with the reasons of all
# skips before it; the last line counts. It fails, too, where nothing ran, which go test calls a success.
set -euo pipefail
exec go run gotest.tools/gotestsum@v1.13.0 --format pkgname-and-test-fails --format-hide-empty-pkg \
	--post-run-command 'bash -c "((TESTS_TOTAL)) || { echo no tests ran >&2; exit 1; }"' "$@"
