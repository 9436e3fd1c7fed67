#!/usr/bin/env bash
# Clocks of the parser in SystemVerilog, form by form and on real transactions: tests/bench/rtl_parser.sh BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
build=${1:?usage: rtl_parser.sh BUILD_DIR}
ninja -C "$build" rtl_parser_bench > /dev/null
"$build/bench/rtl_parser_bench" | node tests/bench/write_tables.mjs
