# Vivado: packs the card as jitbox.xo. Run by package.sh: vivado -mode batch -source package_rtl.tcl -tclargs <repository> <out.xo> [kernel...]
# The kernels that are named (mempool_parser, range_profit) are taken as Vitis HLS made them in <folder of out.xo>/hls; the others from rtl/.
# Not run here.
# SPDX-License-Identifier: Apache-2.0
set root [lindex $argv 0]
set xo [lindex $argv 1]
set hls_kernels [lrange $argv 2 end]

create_project -force -part xcu55c-fsvh2892-2L-e jitbox_rtl ./jitbox_rtl
# Packages first: they are compiled before what names them.
set packages [glob -nocomplain $root/rtl/contract/*_pkg.sv $root/rtl/*/*_pkg.sv]
set modules {}
foreach file [glob $root/rtl/*/*.sv] { if {[lsearch -exact $packages $file] < 0} { lappend modules $file } }
foreach kernel $hls_kernels {
  # The wrapper of the same name takes the RTL module's place; the modules below that one are then left over.
  set modules [lsearch -all -inline -not -glob $modules "*/$kernel.sv"]
  lappend modules $root/deploy/vitis/hls/$kernel.sv
  set made [file dirname $xo]/hls/$kernel/u55c/syn/verilog
  add_files -norecurse [glob $made/*.v]
  foreach core [glob -nocomplain $made/*_ip.tcl] { source $core }
}
add_files -norecurse [lsort -unique $packages]
add_files -norecurse $modules
add_files -norecurse $root/deploy/vitis/rtl/jitbox_top.sv
set_property verilog_define {SYNTHESIS=1} [current_fileset]
set_property top jitbox_top [current_fileset]
update_compile_order -fileset sources_1

ipx::package_project -root_dir ./jitbox_rtl_ip -vendor jitbox -library kernel -taxonomy /KernelIP -import_files -set_current true
set core [ipx::current_core]
set_property sdx_kernel true $core
set_property sdx_kernel_type rtl $core
ipx::associate_bus_interfaces -busif m_axi_gmem -clock ap_clk $core
ipx::associate_bus_interfaces -busif s_axi_control -clock ap_clk $core

# The arguments that name memory; every other register is read and written by address (docs/card.md).
set memory [::ipx::get_memory_maps s_axi_control -of_objects $core]
set block [::ipx::get_address_blocks reg0 -of_objects $memory]
foreach {name offset} {in_ring 0x010 out_ring 0x020 control 0x030} {
  set register [::ipx::add_register $name $block]
  set_property address_offset $offset $register
  set_property size 64 $register
  set parameter [ipx::add_register_parameter ASSOCIATED_BUSIF $register]
  set_property value m_axi_gmem $parameter
}
ipx::update_checksums $core
ipx::save_core $core
package_xo -force -xo_path $xo -kernel_name jitbox_top -ctrl_protocol user_managed -ip_directory ./jitbox_rtl_ip
exit
