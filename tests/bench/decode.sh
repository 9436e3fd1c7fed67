#!/usr/bin/env bash
# `jitctl decode` as a whole process on one core: tests/bench/decode.sh BUILD_DIR. Real mainnet transactions, 20 times over, hex in and JSON out,
# beside `sha256sum` over the same bytes in the same run (the ratio says what the machine was worth). Ends with 1 below 200,000 a second.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: decode.sh BUILD_DIR}
data=${JITBOX_SHARED_DATA:-../shared/data}/mainnet/transactions.jsonl.gz
if [ ! -f "$data" ]; then
  echo "decode.sh: skipped: $data is missing (set JITBOX_SHARED_DATA)"
  exit 0
fi
ninja -C "$build" jitctl > /dev/null
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for _ in $(seq 20); do zcat "$data" | jq -r .raw; done > "$lines"
count=$(wc -l < "$lines")

seconds() { # seconds COMMAND...: best of three
  local best=999 start took
  for _ in 1 2 3; do
    start=$EPOCHREALTIME
    "$@" < "$lines" > /dev/null
    took=$(jq -n "$EPOCHREALTIME - $start")
    best=$(jq -n "[$best, $took] | min")
  done
  echo "$best"
}
decode=$(seconds taskset -c 0 "$build/bin/jitctl" decode)
peer=$(seconds taskset -c 0 sha256sum)
jq -rn --argjson n "$count" --argjson d "$decode" --argjson p "$peer" \
  '"decode: \($n) transactions in \($d | . * 1000 | round) ms: \($n / $d | round) a second on one core (must be >= 200,000); \($d / $p * 100 | round / 100) x the time of sha256sum over the same hex text"'
jq -en --argjson n "$count" --argjson d "$decode" '$n / $d >= 200000' > /dev/null
