// One round of Keccak-f[1600]: theta, rho, pi, chi, iota (FIPS 202, section 3.3). Combinational, four LUT levels.
// SPDX-License-Identifier: Apache-2.0
module keccak_round (
    input  logic [1599:0] state,     // lane x + 5 y at 64 (x + 5 y)
    input  logic [63:0]   constant,
    output logic [1599:0] next
);
  /// rho offsets, lane x + 5 y at 8 (x + 5 y) (FIPS 202, table 2).
  localparam logic [199:0] Rotation = {
    8'd14, 8'd56, 8'd61, 8'd2, 8'd18, 8'd8, 8'd21, 8'd15, 8'd45, 8'd41, 8'd39, 8'd25, 8'd43, 8'd10, 8'd3,
    8'd20, 8'd55, 8'd6, 8'd44, 8'd36, 8'd27, 8'd28, 8'd62, 8'd1, 8'd0
  };

  logic [319:0]  column;
  logic [1599:0] mixed;
  logic [1599:0] moved;

  for (genvar x = 0; x < 5; x++) begin : g_theta
    assign column[64*x+:64] = state[64*x+:64] ^ state[64*(x+5)+:64] ^ state[64*(x+10)+:64] ^ state[64*(x+15)+:64] ^ state[64*(x+20)+:64];
    for (genvar y = 0; y < 5; y++) begin : g_lane
      localparam int Lane = x + 5 * y;
      localparam logic [31:0] Turn = 32'(Rotation[8*Lane+:8]);
      localparam int Left = (x + 4) % 5;
      localparam int Right = (x + 1) % 5;
      localparam int Target = y + 5 * ((2 * x + 3 * y) % 5);  // pi
      assign mixed[64*Lane+:64] = state[64*Lane+:64] ^ column[64*Left+:64] ^ {column[64*Right+:63], column[64*Right+63]};
      if (Turn == 32'd0) begin : g_still
        assign moved[64*Target+:64] = mixed[64*Lane+:64];
      end else begin : g_turned
        assign moved[64*Target+:64] = {mixed[64*Lane+:64-Turn], mixed[64*Lane+64-Turn+:Turn]};
      end
    end
  end
  for (genvar y = 0; y < 5; y++) begin : g_chi
    for (genvar x = 0; x < 5; x++) begin : g_lane
      localparam int Lane = x + 5 * y;
      if (Lane == 0) begin : g_iota
        assign next[63:0] = moved[63:0] ^ (~moved[127:64] & moved[191:128]) ^ constant;
      end else begin : g_plain
        assign next[64*Lane+:64] = moved[64*Lane+:64] ^ (~moved[64*((x+1)%5+5*y)+:64] & moved[64*((x+2)%5+5*y)+:64]);
      end
    end
  end
endmodule
