#!/usr/bin/env bash
# mul_div whole, at 8 bits with digits of 4 (mul_div_whole.sv): bash tests/formal/mul_div.sh WORK_DIR [STEP]. For the divisors 0, 1, 2, ... 15 and
# every STEP-th above (1: all 256, two and a half minutes of the processor), each with every a, b, rounding, permitted reciprocal and number of zero
# digits that are left out.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$1 step=${2:-1} top=mul_div_whole
mkdir -p "$work"
sources=(rtl/math/{delay_line,wide_mul,highest_bit,divide_digit,long_divide,mul_div}.sv tests/formal/mul_div_whole.sv)
yosys -q -p "read_verilog -sv -formal ${sources[*]}; prep -flatten -top $top; opt -full; dffunmap -srst-only; opt_clean
  techmap -map tests/formal/registers_as_wires.v; opt -full; clean; write_ilang $work/$top.il"
{
  echo "read_ilang $work/$top.il"
  for possible in c_only_rounding_goes_over c_rounded c_floored; do echo "sat -falsify -set-assumes -prove $possible 0"; done
  for digit in 1 2; do echo "sat -falsify -set-assumes -prove i_mul_div.i_divide.begins $digit"; done # one bit: either is possible
  for ((d = 0; d < 256; d += d < 15 ? 1 : step)); do echo "sat -verify -prove-asserts -set-assumes -set d $d"; done
} > "$work/$top.ys"
yosys -q -l "$work/$top.log" "$work/$top.ys" || { echo "$top: no proof, see $work/$top.log" >&2; exit 1; }
echo "$top: proved for $(grep -c '^SAT proof finished - no model found: SUCCESS' "$work/$top.log") divisors"
