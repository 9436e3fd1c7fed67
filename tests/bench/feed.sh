#!/usr/bin/env bash
# From a pending transaction's frame to its checked raw bytes: tests/bench/feed.sh BUILD_DIR.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: feed.sh BUILD_DIR}
ninja -C "$build" feed_bench > /dev/null
taskset -c 0 "$build/bench/feed_bench" --benchmark_repetitions=3 --benchmark_report_aggregates_only=true
