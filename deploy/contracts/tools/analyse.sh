#!/usr/bin/env bash
# Analysers of others over the contracts: solc's SMTChecker (npm) proves test/proofs, and Slither and Mythril where they are installed. Those are
# no part of the set-up (Python packages with compilers of their own), and were not run on the machine where this was written. A finding fails.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

echo "== SMTChecker"
node tools/smt.mjs

echo "== Slither"
if command -v slither > /dev/null; then
  tools/forge.sh build --build-info src
  slither . --foundry-ignore-compile --filter-paths 'test|node_modules' --fail-medium
else
  echo "not installed: pipx install slither-analyzer"
fi

echo "== Mythril"
if command -v myth > /dev/null; then
  tools/forge.sh build src
  code=$(mktemp)
  trap 'rm -f "$code"' EXIT
  node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync("out/JitExecutor.sol/JitExecutor.json")).deployedBytecode.object.slice(2))' > "$code"
  myth analyze --codefile "$code" --bin-runtime --execution-timeout 600 --no-onchain-data
else
  echo "not installed: pipx install mythril"
fi
