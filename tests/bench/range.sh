#!/usr/bin/env bash
# range_profit on one core: tests/bench/range.sh BUILD_DIR. A decision with K = 64, candidates a second, mul_div for the CPU against the hardware form.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: range.sh BUILD_DIR}
ninja -C "$build" range_bench > /dev/null
taskset -c 0 "$build/bench/range_bench" --benchmark_repetitions=3 --benchmark_report_aggregates_only=true
