#!/usr/bin/env bash
# prove.sh for a module with a package: bash tests/formal/prove_copied.sh WORK_DIR TOP SOLVER 'NAME=VALUE ...' BITS MODULE... What TOP, tests/formal/TOP.sv,
# needs is read from copies.mjs's copies, whose words have BITS bits. SPDX-License-Identifier: Apache-2.0
set -euo pipefail
here=$(dirname "$0")
work=$1 top=$2 solver=$3 parameters=$4 bits=$5
shift 5
mkdir -p "$work"
node "$here/copies.mjs" "$work/copies" "$bits"
bash "$here/prove.sh" "$work" "$top" "$solver" "$parameters" "${@/#/$work/copies/}" "$here/$top.sv"
