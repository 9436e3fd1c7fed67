# Vitis HLS: csynth and export of jitbox_top as an .xo. Run by package.sh: vitis_hls -f synth.tcl -tclargs <repository> <out.xo>
# SPDX-License-Identifier: Apache-2.0
set root [lindex $argv 0]
set xo [lindex $argv 1]
set flags "-std=c++14 -I$root/kernels"

open_project -reset jitbox_hls
set_top jitbox_top
# kernels/hls/compat stands in for Vitis's headers on the CPU only: it is not on this include path.
foreach source [glob $root/kernels/hls/*.cpp] { add_files $source -cflags $flags }
add_files $root/deploy/vitis/jitbox_top.cpp -cflags $flags

open_solution -reset -flow_target vitis u55c
set_part xcu55c-fsvh2892-2L-e
create_clock -period 3.33 -name default
config_compile -pipeline_style flp
config_interface -m_axi_alignment_byte_size 64 -m_axi_max_widen_bitwidth 512
csynth_design
export_design -format xo -output $xo
exit
