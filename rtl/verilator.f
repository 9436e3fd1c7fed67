// What every model reads first (cmake/JitboxRtl.cmake): the waivers, and the packages, each behind those that it uses.
waivers.vlt
contract/contract_pkg.sv
card/card_pkg.sv
parser/parser_pkg.sv
parser/calldata_pkg.sv
range/range_pkg.sv
range/range_isa_pkg.sv
range/range_store_pkg.sv
