#!/usr/bin/env bash
# A start and a signature with ledger, audit log and journal of 1,000 to 1,000,000 records: tests/bench/growth.sh BUILD_DIR [DIRECTORY] (3 GB there).
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: growth.sh BUILD_DIR [DIRECTORY]}
ninja -C "$build" growth_bench > /dev/null
dir=$(mktemp -d "${2:-${TMPDIR:-/tmp}}/growth-XXXXXX")
trap 'rm -rf "$dir"' EXIT
for records in 1000 100000 1000000; do
  "$build/bench/growth_bench" "$dir/$records" "$records" > /dev/null # fills them
  "$build/bench/growth_bench" "$dir/$records" "$records"
done
