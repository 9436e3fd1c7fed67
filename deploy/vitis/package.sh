#!/usr/bin/env bash
# Builds build/vitis/jitbox.xclbin for an Alveo U55C. Needs Vitis 2022.1 or newer and the U55C platform; see docs/vitis.md.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$root/build/vitis}
target=${TARGET:-hw} # hw, hw_emu
form=${FORM:-hls}    # hls, rtl: the same kernel name, registers and rings

case $form in
    hls) tools=(vitis_hls v++) ;;
    rtl) tools=(vivado v++) ;;
    *)
        echo "package.sh: FORM is hls or rtl, not '$form'" >&2
        exit 2
        ;;
esac
for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || {
        echo "package.sh: $tool is not on PATH; source <Vitis>/settings64.sh first (docs/vitis.md)" >&2
        exit 1
    }
done

mkdir -p "$out"
cd "$out"
if [ "$form" = hls ]; then
    vitis_hls -f "$root/deploy/vitis/synth.tcl" -tclargs "$root" "$out/jitbox.xo"
else
    vivado -mode batch -source "$root/deploy/vitis/package_rtl.tcl" -tclargs "$root" "$out/jitbox.xo"
fi
v++ --link --target "$target" --config "$root/deploy/vitis/u55c.cfg" --output "$out/jitbox.xclbin" "$out/jitbox.xo"
echo "package.sh: $out/jitbox.xclbin; reports are in $out/_x and $out/jitbox_hls"
