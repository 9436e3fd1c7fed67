# Profit found with K = 64 against exhaustive search over ranges and amounts: >= 99.9 % in sum, >= 98 % on every swap.
# shellcheck shell=bash
# usage: bash tests/bench/quality.sh build/release [cases] [seed] [K]
set -euo pipefail
build=$1
shift
"$build/bench/quality_bench" "$@"
