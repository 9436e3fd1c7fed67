#!/usr/bin/env bash
# Builds build/vitis/jitbox.xclbin for an Alveo U55C. Needs Vitis 2022.1 or newer and the U55C platform; see docs/vitis.md.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$root/build/vitis}
target=${TARGET:-hw} # hw, hw_emu
# The form of each kernel, hls or rtl: the same card around them, the same bytes out of them. FORM is for both.
parser=${PARSER:-${FORM:-hls}}
range=${RANGE:-${FORM:-hls}}

for form in "$parser" "$range"; do
    case $form in
        hls | rtl) ;;
        *)
            echo "package.sh: FORM, PARSER and RANGE are hls or rtl, not '$form'" >&2
            exit 2
            ;;
    esac
done
hls_kernels=()
[ "$parser" = hls ] && hls_kernels+=(mempool_parser)
[ "$range" = hls ] && hls_kernels+=(range_profit)
tools=(vivado v++)
[ ${#hls_kernels[@]} -gt 0 ] && tools+=(vitis_hls)
for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || {
        echo "package.sh: $tool is not on PATH; source <Vitis>/settings64.sh first (docs/vitis.md)" >&2
        exit 1
    }
done

mkdir -p "$out/hls"
cd "$out"
for kernel in "${hls_kernels[@]}"; do
    vitis_hls -f "$root/deploy/vitis/synth.tcl" -tclargs "$root" "$out/hls" "$kernel"
done
vivado -mode batch -source "$root/deploy/vitis/package_rtl.tcl" -tclargs "$root" "$out/jitbox.xo" "${hls_kernels[@]}"
v++ --link --target "$target" --config "$root/deploy/vitis/u55c.cfg" --output "$out/jitbox.xclbin" "$out/jitbox.xo"
echo "package.sh: $out/jitbox.xclbin; reports are in $out/_x and $out/hls"
