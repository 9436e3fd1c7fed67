#!/usr/bin/env bash
# range_engine against the HLS source over many random legs, a new seed each time: tests/soak/range_engine.sh BUILD_DIR [LEGS].
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: range_engine.sh BUILD_DIR [LEGS]}
ninja -C "$build" rtl_range_engine_test > /dev/null
JITBOX_SOAK_CASES=${2:-2000} "$build/tests/rtl_range_engine_test"
