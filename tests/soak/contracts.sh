#!/usr/bin/env bash
# The contracts' long campaigns: deep fuzzing, a million calls of the thief, and every check of the executor taken away once.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
FOUNDRY_PROFILE=soak deploy/contracts/tools/forge.sh test
deploy/contracts/tools/mutate.mjs
deploy/contracts/tools/mutate.mjs --by-thief
