#!/usr/bin/env bash
# The card at length, a new seed each time: tests/soak/card.sh BUILD_DIR [ROUNDS]. Its benches; 2,000 legs and 100,000 records through the RTL of
# range_profit, 100,000 damaged transactions through that of the parser; the stop pin at 500 moments; then, ROUNDS times and through XRT's
# driver, every real transaction, 100,000 damaged ones and 2,000 pools with swaps; 200 random cases decided by the card against the pool's
# bytecode on anvil. Each part's time of day and processor time are printed when it has passed; the first that fails ends the run.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=$(realpath "${1:?usage: card.sh BUILD_DIR [ROUNDS]}")
ninja -C "$build" rtl_xrt_loop_test rtl_card_test rtl_whole_card_test rtl_xrt_engine_test rtl_range_shell_test rtl_range_profit_test \
    rtl_mempool_parser_test jitctl > /dev/null
TIMEFORMAT='took %0R s, %0U s of the processor'
part() { # part VARIABLE=VALUE... COMMAND...
    echo "== $(date +%T) ${*/#"$build/"/}"
    time env "$@"
}
part "$build/tests/rtl_card_test" --gtest_repeat=50 --gtest_brief=1
part "$build/tests/rtl_xrt_engine_test" --gtest_repeat=10 --gtest_brief=1
part JITBOX_STOP_TURNS=500 "$build/tests/rtl_whole_card_test"
part JITBOX_RTL_RECORDS=100000 "$build/tests/rtl_range_shell_test" --gtest_filter='*AnyStream*'
part JITBOX_RTL_LEGS=2000 "$build/tests/rtl_range_profit_test"
part JITBOX_RTL_MUTATIONS=100000 "$build/tests/rtl_mempool_parser_test" --gtest_filter='*Mutated*'
for ((round = 0; round < ${2:-3}; ++round)); do
    part JITBOX_LOOP_FRAMES=100000 JITBOX_LOOP_CASES=2000 "$build/tests/rtl_xrt_loop_test"
done
# shellcheck source=/dev/null
source "$build/jitbox-card-model/env.sh"
part node tests/integration/exactness/exactness_random.mjs --jitctl "$build/bin/jitctl" --engine xrt --cases 200 --seed "$RANDOM$RANDOM"
