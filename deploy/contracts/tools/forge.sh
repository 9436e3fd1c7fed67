#!/usr/bin/env bash
# npm's forge with npm's compiler: tools/forge.sh test -vv, tools/forge.sh build, tools/forge.sh fmt --check ...
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
forge=../../node_modules/.bin/forge
if [ ! -e "$forge" ]; then
  echo "forge: not installed; run './run setup' first" >&2
  exit 1
fi
case ${1:-} in
  build | test | coverage | snapshot) exec "$forge" "$1" --use "$PWD/tools/solc.mjs" "${@:2}" ;;
  *) exec "$forge" "$@" ;;
esac
