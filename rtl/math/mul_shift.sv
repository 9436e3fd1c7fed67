// floor or ceil(a * b / 2^s), s one of 0, 96, 128 and 276. ok is low when it does not fit 256 bits; the result is then its low bits.
// Latency 4 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module mul_shift #(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [276:0]        a,
    input  logic [255:0]        b,
    input  logic [1:0]          shift,      // 0: 0, 1: 276, 2: 96, 3: 128 bits
    input  logic                round_up,
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [255:0]        result,
    output logic                ok
);
  logic                valid_3;
  logic [532:0]        product;
  logic [TagWidth-1:0] tag_3;
  logic [1:0]          shift_3;
  logic                up_3, up, high;
  logic [255:0]        cut;
  logic [256:0]        rounded;
  wide_mul #(.AWidth(277), .BWidth(256), .Levels(4)) i_product (
      .clk, .rst, .in_valid, .a, .b, .out_valid(valid_3), .product);
  delay_line #(.Width(TagWidth + 3), .Depth(3)) i_side (
      .clk, .in({in_tag, shift, round_up}), .out({tag_3, shift_3, up_3}));

  always_comb begin
    case (shift_3)
      2'd0: begin cut = product[255:0]; high = product[532:256] != '0; up = 1'b0; end
      2'd1: begin cut = product[531:276]; high = product[532]; up = up_3 && product[275:0] != '0; end
      2'd2: begin cut = product[351:96]; high = product[532:352] != '0; up = up_3 && product[95:0] != '0; end
      default: begin cut = product[383:128]; high = product[532:384] != '0; up = up_3 && product[127:0] != '0; end
    endcase
  end
  assign rounded = {1'b0, cut} + {256'd0, up};
  always_ff @(posedge clk) begin
    out_valid <= !rst && valid_3;
    if (valid_3) begin
      out_tag <= tag_3;
      result  <= rounded[255:0];
      ok      <= !high && !rounded[256];
    end
  end
endmodule
