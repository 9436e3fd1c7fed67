// techmap: a register becomes a wire. Sound for a pipeline that nothing returns into, when every beat is valid and there is no reset:
// what passes it in so many clocks passes it at once. Resets have been turned into logic before (dffunmap -srst-only).
// SPDX-License-Identifier: Apache-2.0
module \$dff (CLK, D, Q);
  parameter WIDTH = 1, CLK_POLARITY = 1;
  input CLK;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  assign Q = D;
endmodule
module \$dffe (CLK, EN, D, Q);
  parameter WIDTH = 1, CLK_POLARITY = 1, EN_POLARITY = 1;
  input CLK, EN;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  assign Q = D;
endmodule
