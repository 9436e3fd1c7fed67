#!/usr/bin/env bash
# Frame-to-POST latency of the running appliance on the sandbox chain, with two SoftHSM signatures a bundle, and jitd's memory.
# usage: tests/bench/frame_to_post.sh BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
exec node tests/bench/frame_to_post.mjs --bin "$1/bin"
