# Everything is built against go2rtc as patches/ leaves it. The tag brings in alsa and v4l2, which plain upstream
# does not compile with cgo (patches/0001).
TAGS := -tags patched
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup models patch upstream build run test outage page pictures video bench lint rooms image image-check clean

help: ## prints this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 13

setup: ## installs what is missing: apt packages (as root), ONNX Runtime and hls.js from npm
	@.make/setup.sh

models: ## fetches the models and clips of models/manifest.json; a missing one is an error only with CI set
	@GOWORK=off go run ./cmd/fetch $(if $(CI),,-optional)

patch: ## makes build/go2rtc (upstream with patches/) and go.work
	@patches/apply.sh

upstream: ## tries patches/ on the newest go2rtc that the module proxy serves, and prints what does not apply: make upstream VERSION=v1.9.15
	@patches/apply.sh try $(VERSION)

build: setup patch ## builds bin/go2rtc and bin/replay
	go build $(TAGS) -trimpath -buildvcs=auto -o bin/ ./cmd/go2rtc ./cmd/replay

run: setup models build ## starts go2rtc on go2rtc.yaml, or on the test card where the real model or clip is missing
	@.make/run.sh

test: setup patch models ## runs all tests: vet and build with and without patches, upstream's tests, ours with -race
	@.make/test.sh $(TAGS)

bench: setup patch models ## makes the README's figures anew
	go test $(TAGS) -run '^$$' -bench . -benchmem -p 1 ./...

outage: setup patch ## an hour of seat changes through a failing network, ten times as fast: make outage TIMES=1 for the whole hour
	SEATS_OUTAGE_HOUR=$(or $(TIMES),10) go test $(TAGS) -count=1 -timeout 100m -v -run '^TestOutage$$' ./analytics

page: setup patch models ## the seats page with 16 cameras, 200 seats and 20 changes a second for five minutes: make page TIME=20s for a look
	SEATS_PAGE=$(or $(TIME),5m) go test $(TAGS) -count=1 -timeout 30m -v -run '^TestPageManySeats$$' ./e2e

pictures: setup patch models ## makes the README's pictures anew; a Korean font is wanted, such as fonts-nanum
	go test $(TAGS),pictures -count=1 -v -run '^TestPictures$$' ./e2e

video: setup patch models ## delay and cost of viewers beside upstream's own binary, 40 minutes on a quiet machine: make video TIMES=10 for a look
	SEATS_VIDEO=$(or $(TIMES),1) go test $(TAGS) -count=1 -timeout 90m -v ./e2e/measure

rooms: setup patch ## draws the rooms that the analytics are measured in, and their truth: make rooms DIR=build/rooms ASSETS=../shared/assets
	@.make/setup.sh opencv-doc
	go run $(TAGS) ./e2e/rooms/gen -dir $(or $(DIR),build/rooms) -coco $(or $(ASSETS),../shared/assets)/images/coco-val2017 -video $(or $(ASSETS),../shared/assets)/video

lint: patch ## runs golangci-lint with .golangci.yml
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run --build-tags patched,image,pictures

image: ## builds the container image with docker, podman or buildah; settings stand in .make/image.sh
	@.make/image.sh

image-check: setup patch models ## builds the image without a registry, and runs it without an engine; as root, some minutes
	@.make/image-check.sh -tags patched,image

clean: ## removes what was built; fetched libraries and models stay
	rm -rf bin build/go2rtc build/go2rtc.stamp build/upstream go.work go.work.sum
