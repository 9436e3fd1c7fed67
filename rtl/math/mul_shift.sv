// floor or ceil(a * b / 2^s), s one of 0, 16, 96 and 128. ok is low when it does not fit 256 bits; the result is then its low bits.
// Latency 8 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module mul_shift #(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [255:0]        a,
    input  logic [255:0]        b,
    input  logic [1:0]          shift,      // 0: 0, 1: 16, 2: 96, 3: 128 bits
    input  logic                round_up,
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [255:0]        result,
    output logic                ok
);
  logic                valid_6, valid_7;
  logic [511:0]        product;
  logic [TagWidth-1:0] tag_6, tag_7;
  logic [1:0]          shift_6;
  logic                up_6, up_7, high_7;
  logic [255:0]        result_7;
  logic [256:0]        rounded;
  wide_mul #(.AWidth(256), .BWidth(256), .Levels(4)) i_product (
      .clk, .rst, .in_valid, .a, .b, .out_valid(valid_6), .product);
  delay_line #(.Width(TagWidth + 3), .Depth(6)) i_side (
      .clk, .in({in_tag, shift, round_up}), .out({tag_6, shift_6, up_6}));

  always_ff @(posedge clk) begin
    if (rst) {out_valid, valid_7} <= '0;
    else {out_valid, valid_7} <= {valid_7, valid_6};
  end
  assign rounded = {1'b0, result_7} + {256'd0, up_7};
  always_ff @(posedge clk) begin
    if (valid_6) begin
      tag_7 <= tag_6;
      case (shift_6)
        2'd0: begin result_7 <= product[255:0]; high_7 <= product[511:256] != '0; up_7 <= 1'b0; end
        2'd1: begin result_7 <= product[271:16]; high_7 <= product[511:272] != '0; up_7 <= up_6 && product[15:0] != '0; end
        2'd2: begin result_7 <= product[351:96]; high_7 <= product[511:352] != '0; up_7 <= up_6 && product[95:0] != '0; end
        default: begin result_7 <= product[383:128]; high_7 <= product[511:384] != '0; up_7 <= up_6 && product[127:0] != '0; end
      endcase
    end
    if (valid_7) begin
      out_tag <= tag_7;
      result  <= rounded[255:0];
      ok      <= !high_7 && !rounded[256];
    end
  end
endmodule
