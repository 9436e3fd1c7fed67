#!/usr/bin/env bash
# Line coverage of rtl/ by its benches: bash tests/soak/rtl_coverage.sh BUILD_DIR. Builds the models once more, with counters, in rtl-coverage
# beside BUILD_DIR (not in it: ccache would not know the objects); not range_profit and the card whole, whose parts all have a bench.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=$(dirname "$(realpath "${1:?usage: rtl_coverage.sh BUILD_DIR}")")/rtl-coverage
cmake --preset release -B "$build" -DJITBOX_RTL_COVERAGE=ON > /dev/null
rm -f "$build"/coverage-*.dat
mapfile -t benches < <(ctest --test-dir "$build" -N -L rtl 2> /dev/null | grep -oE '\brtl_[a-z0-9_]+_test\b' | grep -vE 'xrt|whole|range_profit' | sort -u)
nice -n 5 cmake --build "$build" --target "${benches[@]}"
ctest --test-dir "$build" --output-on-failure -R "^($(
  IFS='|'
  echo "${benches[*]}"
))\$"
node tests/soak/rtl_coverage.mjs "$build"
