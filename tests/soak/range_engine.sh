#!/usr/bin/env bash
# range_engine against the HLS source over many random legs, a new seed each time: tests/soak/range_engine.sh BUILD_DIR [LEGS]. With 6 lanes, as
# the card has them; a tenth as many with 1 and with 4. SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: range_engine.sh BUILD_DIR [LEGS]}
legs=${2:-2000}
ninja -C "$build" rtl_range_engine_test rtl_range_aimed_test rtl_range_engine_1 rtl_range_engine_4 > /dev/null
JITBOX_SOAK_CASES=$legs "$build/tests/rtl_range_engine_test"
JITBOX_SOAK_CASES=$legs "$build/tests/rtl_range_aimed_test"
for lanes in 1 4; do JITBOX_SOAK_CASES=$((legs / 10)) "$build/bench/rtl_range_engine_$lanes"; done
