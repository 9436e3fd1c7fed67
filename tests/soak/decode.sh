#!/usr/bin/env bash
# jitctl decode against the outside judges with a new seed: tests/soak/decode.sh BUILD_DIR.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: decode.sh BUILD_DIR}
ninja -C "$build" jitctl > /dev/null
node tests/integration/decode/decode_forms.mjs --cases 50000 --jitctl "$build/bin/jitctl"
node tests/integration/decode/decode_bytecode.mjs --cases 50000 --jitctl "$build/bin/jitctl"
