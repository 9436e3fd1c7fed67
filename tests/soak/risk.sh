#!/usr/bin/env bash
# 10^8 random orders through the gate, each against the reference; ./run test does 10^6: tests/soak/risk.sh BUILD_DIR.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: risk.sh BUILD_DIR}
ninja -C "$build" risk_random_test > /dev/null
JITBOX_RANDOM_ORDERS=100000000 "$build/tests/risk_random_test"
