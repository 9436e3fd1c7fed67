#!/usr/bin/env bash
# Frame-to-POST latency of the running appliance on the sandbox chain, with two SoftHSM signatures a bundle, and jitd's memory.
# The state is on tmpfs, so that the figure is that of CPU and HSM; what an fsync of this machine's disk would add is measured beside it.
# usage: tests/bench/frame_to_post.sh BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
[ ! -d /dev/shm ] || export TMPDIR=/dev/shm
exec node tests/bench/frame_to_post.mjs --bin "$1/bin"
