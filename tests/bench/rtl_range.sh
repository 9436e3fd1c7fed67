#!/usr/bin/env bash
# Clocks of range_engine in SystemVerilog by K and by steps of the swap, and candidates a second: tests/bench/rtl_range.sh BUILD_DIR [LANES]
# LANES 1 or 4 builds a model of its own first; the card has 6. SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: rtl_range.sh BUILD_DIR [LANES]}
bench=rtl_range_bench${2:+_$2}
ninja -C "$build" "$bench" > /dev/null
"$build/bench/$bench" | node tests/bench/write_tables.mjs
