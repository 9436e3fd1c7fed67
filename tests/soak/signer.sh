#!/usr/bin/env bash
# 100,000 emergency stops under load, as many by HTTP, and 1,000 kills at random times; ./run test does 10,000 and 62: tests/soak/signer.sh BUILD_DIR.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: signer.sh BUILD_DIR}
ninja -C "$build" jit-signer kill_at_step pkcs11_fault signer_stop_test signer_chaos_test signer_kill_steps_test http_stop_test > /dev/null
JITBOX_CHAOS_ROUNDS=100000 "$build/tests/signer_stop_test" --gtest_filter='Stop.UnderLoad*'
JITBOX_CHAOS_ROUNDS=1000 "$build/tests/signer_chaos_test" --gtest_filter='Chaos.KillNine*'
"$build/tests/signer_kill_steps_test"
JITBOX_STOPS=100000 "$build/tests/http_stop_test" --gtest_filter='HttpStop.AThousand*'
