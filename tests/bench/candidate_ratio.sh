# One candidate in the kernels against the same mint, swap, burn and collect in the canonical bytecode (revm in anvil), in one run.
# shellcheck shell=bash
# usage: bash tests/bench/candidate_ratio.sh build/release
set -euo pipefail
node tests/bench/candidate_ratio.mjs --bench "$1/bench/candidate_bench"
