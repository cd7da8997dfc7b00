#!/usr/bin/env bash
# Starts what make built: on go2rtc.yaml where the real model and its clip are there, else on the test card.
set -euo pipefail
cd "$(dirname "$0")/.."

config=go2rtc.yaml
for file in models/yolox_nano.onnx models/video/one-by-one-person-detection.mp4; do
	if [[ ! -f $file ]]; then
		echo "run: $file is missing (how to get it stands above), so this plays the test card: coloured figures, no real people"
		config=models/testcard/testcard.yaml
		break
	fi
done
echo "run: open http://localhost:1984/"
exec bin/go2rtc -config "$config"
