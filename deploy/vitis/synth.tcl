# Vitis HLS: Verilog of one kernel, in <work>/<kernel>/u55c/syn/verilog. Run by package.sh:
# vitis_hls -f synth.tcl -tclargs <repository> <work> <mempool_parser|range_profit>
# SPDX-License-Identifier: Apache-2.0
set root [lindex $argv 0]
set work [lindex $argv 1]
set kernel [lindex $argv 2]
set flags "-std=c++14 -I$root/kernels"

cd $work
open_project -reset $kernel
set_top ${kernel}_hls
# kernels/hls/compat stands in for Vitis's headers on the CPU only: it is not on this include path.
foreach source [glob $root/kernels/hls/*.cpp] { add_files $source -cflags $flags }
add_files $root/deploy/vitis/hls/${kernel}_hls.cpp -cflags $flags

open_solution -reset -flow_target vivado u55c
set_part xcu55c-fsvh2892-2L-e
create_clock -period 3.33 -name default
config_compile -pipeline_style flp
csynth_design
exit
