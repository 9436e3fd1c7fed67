// A memory with one write and one read port; what is read comes a clock later, the old word when it is written in the same clock.
// SPDX-License-Identifier: Apache-2.0
module ram_1r1w #(
    parameter int unsigned Width = 64,
    parameter int unsigned Depth = 256,  // a power of two
    localparam int unsigned AddressWidth = $clog2(Depth)
) (
    input  logic                    clk,
    input  logic                    write,
    input  logic [AddressWidth-1:0] write_at,
    input  logic [Width-1:0]        write_data,
    input  logic [AddressWidth-1:0] read_at,
    output logic [Width-1:0]        read_data
);
  logic [Width-1:0] words[0:Depth-1];
  always_ff @(posedge clk) begin
    if (write) words[write_at] <= write_data;
    read_data <= words[read_at];
  end
endmodule
