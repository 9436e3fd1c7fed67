#!/usr/bin/env bash
# The divider's proof for all 256 divisors (formal_mul_div takes 30): tests/soak/rtl_proofs.sh BUILD_DIR. Two and a half minutes of the processor.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
bash "$(dirname "$0")/../formal/mul_div.sh" "${1:?usage: rtl_proofs.sh BUILD_DIR}/tests/formal/mul_div_all" 1
