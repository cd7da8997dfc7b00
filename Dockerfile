# go2rtc with seat analytics, in the place of alexxit/go2rtc: same entry point, command, ports, volume and tools.
# `make image` builds it, and puts ONNX Runtime, hls.js and the model into the context first. What changes seldom comes
# first.

ARG BASE=debian:12-slim
ARG GO_IMAGE=golang:1.26-bookworm


# 1. The binaries. cgo and libav: so built on the processor that they are for, emulated if need be.
FROM ${GO_IMAGE} AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates gcc git libc6-dev pkg-config \
        libavcodec-dev libavformat-dev libavutil-dev libswscale-dev

# where modules come from, if not from Go's defaults
ARG GOPROXY
ARG GOSUMDB
WORKDIR /build
COPY go.mod go.sum ./
RUN go mod download
COPY patches patches
RUN patches/apply.sh

COPY . .
RUN go build -tags patched -trimpath -ldflags "-s -w" -o /out/bin/ ./cmd/go2rtc ./cmd/replay
RUN mkdir -p /out/licenses && cp LICENSE /out/licenses/go2rtc-seats && cp build/go2rtc/LICENSE /out/licenses/go2rtc && \
    cp models/licences/* analytics/hls/licences/* /out/licenses/ && cp /usr/share/common-licenses/Apache-2.0 /out/licenses/

# ONNX Runtime as set-up fetched it, or another build of it: a folder of the context with libonnxruntime.so.1, and
# beside it the libraries of its execution providers
ARG ONNXRUNTIME=""
RUN mkdir -p /out/lib && \
    cp -P ${ONNXRUNTIME:-build/onnxruntime/$(dpkg --print-architecture)}/libonnxruntime* /out/lib/


# 2. The image: no compiler, no headers.
FROM ${BASE}
# ffplay comes with ffmpeg. The VA-API drivers are those for Intel that upstream's image has, in their free form. Left
# out of Debian's packages: manuals, Mesa's OpenGL with the compiler under it, and Intel's QSV runtime, which nothing
# here draws or encodes with: 250 MB.
ARG EXTRA_PACKAGES=""
RUN for path in /usr/share/doc /usr/share/man /usr/share/info /usr/share/locale /usr/share/X11/locale /usr/share/lintian \
        /usr/lib/*/libLLVM /usr/lib/llvm- /usr/lib/*/libz3 /usr/lib/*/dri/*_dri.so /usr/lib/*/mfx /usr/lib/*/libmfxhw64; do \
        echo "path-exclude=$path*"; \
    done >/etc/dpkg/dpkg.cfg.d/lean && echo "path-include=/usr/share/doc/*/copyright" >>/etc/dpkg/dpkg.cfg.d/lean && \
    apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        bash ca-certificates curl ffmpeg fonts-droid-fallback jq libasound2-plugins python3 tini tzdata \
        $(test "$(dpkg --print-architecture)" != amd64 || echo i965-va-driver intel-media-va-driver) ${EXTRA_PACKAGES} && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/ldconfig/* /var/log/*.log /var/log/apt \
        /etc/dpkg/dpkg.cfg.d/lean && \
    mkdir /config && \
    ln -s /usr/bin/tini /usr/sbin/tini

COPY --from=build /out/lib /usr/local/lib
COPY models/yolox_nano.onnx models/testcard.onnx /usr/local/models/
COPY --from=build /out/licenses /usr/local/share/licenses
COPY --from=build /out/bin /usr/local/bin

# Docker's secrets become ${NAME} in go2rtc.yaml
ENV CREDENTIALS_DIRECTORY=/run/secrets

EXPOSE 1984 8554 8555 8555/udp
ENTRYPOINT ["/sbin/tini", "--"]
VOLUME /config
WORKDIR /config
# healthy while the API answers, every camera that is online is looked at, and writes succeed
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=2 CMD ["go2rtc", "health"]
CMD ["go2rtc", "-config", "/config/go2rtc.yaml"]
