#!/usr/bin/env bash
# Prepares a SoftHSM2 token for the sandbox and the tests: scripts/softhsm.sh DIR [TOKEN_LABEL]
# Makes DIR/softhsm2.conf, DIR/tokens and DIR/pin (mode 0600, random). Then: export SOFTHSM2_CONF=DIR/softhsm2.conf
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

dir=${1:?usage: scripts/softhsm.sh DIR [TOKEN_LABEL]}
label=${2:-jitbox}
umask 077
mkdir -p "$dir/tokens"
dir=$(cd "$dir" && pwd)
cat > "$dir/softhsm2.conf" <<CONF
directories.tokendir = $dir/tokens
objectstore.backend = file
log.level = ERROR
slots.removable = false
CONF
export SOFTHSM2_CONF="$dir/softhsm2.conf"
if softhsm2-util --show-slots | grep -q "^ *Label: *$label *\$"; then
  echo "token '$label' is there already"
  exit 0
fi
random_digits() { od -An -N8 -tu8 /dev/urandom | tr -d ' \n' | cut -c1-12; }
random_digits > "$dir/pin"
# A throw-away token: its PINs pass through argv here, which production's never do (KEY-2).
softhsm2-util --init-token --free --label "$label" --so-pin "$(random_digits)" --pin "$(cat "$dir/pin")" > /dev/null
echo "token '$label' in $dir/tokens, PIN in $dir/pin"
