#!/usr/bin/env bash
# One proof: bash tests/formal/prove.sh WORK_DIR TOP SOLVER 'NAME=VALUE ...' SOURCE... The assertions stand in the module, under FORMAL;
# those that would assume something of a module around it under FORMAL_TOP.
# SPDX-License-Identifier: Apache-2.0
# SOLVER z3 or cvc4: yosys-smtbmc shows that no reachable state of the first steps breaks an assertion, that from any state that keeps them for
# four clocks the next one does too (so none ever will), and that every cover point is reached (so the assertions are not empty).
# A parameter WIRE:=SUBMODULE.WIRE lets an assertion see into a submodule: yosys reads no hierarchical name.
# A parameter -SUBMODULE leaves out the cover points inside it, which its own proof reaches and which this one need not be able to.
# SOLVER sat: a combinational module, by yosys's own solver.
set -euo pipefail
work=$1 top=$2 solver=$3 parameters=$4
shift 4
mkdir -p "$work"
chparam=()
connect=
for parameter in $parameters; do
  case $parameter in
    -*) connect="$connect; delete */c:${parameter#-}.c_* */c:${parameter#-}.*.c_*" ;;
    *:=*) connect="$connect; connect -set ${parameter%%:=*} ${parameter#*:=}" ;;
    *) chparam+=(-chparam "${parameter%%=*}" "${parameter#*=}") ;;
  esac
done
prepare="read_verilog -sv -formal -D FORMAL_$top $*; hierarchy -check -top $top ${chparam[*]}; prep -flatten -top $top$connect"
if [ "$solver" = sat ]; then
  yosys -q -l "$work/$top.log" -p "$prepare; sat -verify -prove-asserts"
  grep -q 'SAT proof finished - no model found: SUCCESS' "$work/$top.log" || { echo "$top: no proof, see $work/$top.log" >&2; exit 1; }
  exit 0
fi
yosys -q -p "$prepare; write_smt2 -wires $work/$top.smt2"
prove() { yosys-smtbmc --noprogress -s "$solver" "$@" --dump-vcd "$work/$top.vcd" "$work/$top.smt2"; }
prove -t 4
prove -i -t 4
prove -c -t 16
