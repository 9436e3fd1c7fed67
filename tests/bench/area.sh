#!/usr/bin/env bash
# Area and depth of the RTL by yosys (docs/area.md): tests/bench/area.sh BUILD_DIR. Long from nothing; mapped modules are cached.
# SPDX-License-Identifier: Apache-2.0
# JITBOX_AREA_ONLY=mul_div,keccak_core bash tests/bench/area.sh build/release: some modules only.
set -euo pipefail
nice -n 10 node tests/bench/area.mjs "${1:?usage: area.sh BUILD_DIR}" ${JITBOX_AREA_ONLY:+"$JITBOX_AREA_ONLY"}
