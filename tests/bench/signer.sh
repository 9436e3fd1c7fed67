#!/usr/bin/env bash
# Latency of two signatures through the signing socket, ledger fsync included: tests/bench/signer.sh BUILD_DIR [STATE_DIR]
# STATE_DIR is where the ledger lives (default: a temporary directory); its disk decides the fsync's share.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

build=${1:?usage: signer.sh BUILD_DIR [STATE_DIR]}
ninja -C "$build" jit-signer signer_bench > /dev/null
dir=$(mktemp -d)
signer=
cleanup() {
  if [ -n "$signer" ]; then
    kill "$signer" 2> /dev/null || true
    wait "$signer" || true
  fi
  rm -rf "$dir" "$states"
}
trap cleanup EXIT
states=$(mktemp -d "${2:-$dir}/states-XXXXXX")

scripts/softhsm.sh "$dir/token" > /dev/null
export SOFTHSM2_CONF="$dir/token/softhsm2.conf"
# write_config STATE_DIR SESSIONS
write_config() {
  cat > "$dir/signer.toml" <<CONF
[signer]
environment = "development"
chain_id = 31337
executor = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
state_dir = "$1"
signing_socket = "$dir/signing.sock"
control_socket = "$dir/control.sock"
[limits]
max_gas_limit = 2000000
max_fee_per_gas_wei = "100000000000"
max_priority_fee_per_gas_wei = "100000000000"
max_tip_wei = "1000000"
max_ttl_s = 3600
max_beat_gap_ms = 0
[hsm]
module = "/usr/lib/softhsm/libsofthsm2.so"
token = "jitbox"
key_label = "jit"
lanes = 1
pin_file = "$dir/token/pin"
sessions = $2
call_deadline_ms = 10000
[menu]
candidates = 4
CONF
}

# measure HOW SESSIONS: one life of a signer, with a ledger of its own
measure() {
  local state
  state=$(mktemp -d "$states/state-XXXXXX")
  write_config "$state" "$2"
  "$build/bin/jit-signer" --config "$dir/signer.toml" --init-keys > /dev/null
  "$build/bin/jit-signer" --config "$dir/signer.toml" 2> "$dir/log" &
  signer=$!
  for _ in $(seq 100); do
    if grep -q 'jit-signer: ready' "$dir/log"; then break; fi
    sleep 0.1
  done
  "$build/bench/signer_bench" "$dir/signing.sock" "$dir/control.sock" "$1"
  kill "$signer"
  wait "$signer" || true
  signer=
}
measure sequence 1
measure parallel 2
