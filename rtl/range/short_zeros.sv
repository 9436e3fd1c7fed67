// Leading zeros of 32 bits; 31 when there is no other. Combinational.
// SPDX-License-Identifier: Apache-2.0
module short_zeros (
    input  logic [31:0] x,
    output logic [4:0]  zeros
);
  always_comb begin
    logic [31:0] rest;
    rest  = x;
    zeros = '0;
    for (int k = 4; k >= 0; k = k - 1) begin
      if ((rest >> (32 - (1 << k))) == '0) begin
        zeros[k] = 1'b1;
        rest     = rest << (1 << k);
      end
    end
  end
endmodule
