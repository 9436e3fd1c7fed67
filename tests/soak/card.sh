#!/usr/bin/env bash
# Long streams through XRT's driver and the Verilated card, a new seed each time: tests/soak/card.sh BUILD_DIR [ROUNDS].
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: card.sh BUILD_DIR [ROUNDS]}
ninja -C "$build" rtl_xrt_loop_test rtl_card_test rtl_xrt_engine_test > /dev/null
"$build/tests/rtl_card_test" --gtest_repeat=50 --gtest_brief=1
"$build/tests/rtl_xrt_engine_test" --gtest_repeat=10 --gtest_brief=1
for ((round = 0; round < ${2:-3}; ++round)); do
    JITBOX_LOOP_RECORDS=8000 "$build/tests/rtl_xrt_loop_test"
done
