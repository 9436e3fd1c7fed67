#!/usr/bin/env bash
# Clocks of range_engine in SystemVerilog by K and by steps of the swap: tests/bench/rtl_range.sh BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: rtl_range.sh BUILD_DIR}
ninja -C "$build" rtl_range_bench > /dev/null
"$build/bench/rtl_range_bench"
