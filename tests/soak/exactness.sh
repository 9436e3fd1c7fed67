# 50,000 random cases of the engine against the canonical bytecode, with a seed of its own that it prints.
# shellcheck shell=bash
# usage: bash tests/soak/exactness.sh build/release [cases] [seed]
set -euo pipefail
node tests/integration/exactness/exactness_random.mjs --jitctl "$1/bin/jitctl" --cases "${2:-50000}" --seed "${3:-$RANDOM$RANDOM}"
