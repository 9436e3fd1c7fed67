# 50,000 random cases of the engine against Uniswap's canonical bytecode and a fifth of them against PancakeSwap's, with a seed that it prints.
# shellcheck shell=bash
# usage: bash tests/soak/exactness.sh build/release [cases] [seed]
set -euo pipefail
cases=${2:-50000}
judge=(node tests/integration/exactness/exactness_random.mjs --jitctl "$1/bin/jitctl" --seed "${3:-$RANDOM$RANDOM}")
"${judge[@]}" --cases "$cases"
"${judge[@]}" --pool pancake_v3 --cases "$((cases / 5))"
