#!/usr/bin/env bash
# range_profit on one core: tests/bench/range.sh BUILD_DIR. A decision with K = 64, candidates a second, mul_div for the CPU against the hardware form.
# Ends with 1 when a decision takes more than 50 us of processor time.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: range.sh BUILD_DIR}
ninja -C "$build" range_bench > /dev/null
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
taskset -c 0 "$build/bench/range_bench" --benchmark_repetitions=3 --benchmark_report_aggregates_only=true \
  --benchmark_out="$figures" --benchmark_out_format=json
us=$(jq '.benchmarks[] | select(.name == "decision/64_median") | .cpu_time' "$figures")
printf 'decision, K = 64: %.1f us of processor time (must be <= 50)\n' "$us"
jq -en "$us <= 50" > /dev/null
