// The HLS form of the parser kernel in the place of rtl/parser/mempool_parser.sv: what Vitis HLS makes of mempool_parser_hls.cpp, with the
// ports of the RTL form. A beat is 65 bytes there: data, then `last`. SPDX-License-Identifier: Apache-2.0
module mempool_parser (
    input  logic         clk,
    input  logic         rst,
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [511:0] in_data,
    input  logic         in_last,
    output logic         out_valid,
    input  logic         out_ready,
    output logic [511:0] out_data,
    output logic         out_last
);
  logic [6:0] padding;
  wire unused = &{1'b0, padding};
  mempool_parser_hls kernel (
      .ap_clk            (clk),
      .ap_rst_n          (!rst),
      .records_in_TDATA  ({7'd0, in_last, in_data}),
      .records_in_TVALID (in_valid),
      .records_in_TREADY (in_ready),
      .records_out_TDATA ({padding, out_last, out_data}),
      .records_out_TVALID(out_valid),
      .records_out_TREADY(out_ready)
  );
endmodule
