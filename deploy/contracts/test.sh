#!/usr/bin/env bash
# The contracts' own tests: unit and fuzz tests against the canonical pools, coverage, a handful of mutants, the gas table. Arguments go to `forge test`.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
tools/forge.sh test "$@"
tools/coverage.mjs
tools/mutate.mjs --short
tools/gas.mjs --check
