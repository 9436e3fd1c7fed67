#!/usr/bin/env bash
# Clocks of the card's kernels from a transaction's last beat to its DECISION, stage by stage: tests/bench/rtl_decision.sh BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: rtl_decision.sh BUILD_DIR}
ninja -C "$build" rtl_decision_bench > /dev/null
"$build/bench/rtl_decision_bench" | node tests/bench/write_tables.mjs
