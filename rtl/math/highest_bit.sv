// Where the highest set bit of `x` stands; 0 when none is. Combinational: a tree of two-way choices, LogWidth levels.
// SPDX-License-Identifier: Apache-2.0
module highest_bit #(
    parameter int unsigned LogWidth = 8  // at least 1
) (
    input  logic [(1<<LogWidth)-1:0] x,
    output logic [LogWidth-1:0]      place
);
  localparam int unsigned Width = 1 << LogWidth;
  logic [Width-1:0]          some;    // of each node: it has a set bit
  logic [Width*LogWidth-1:0] places;  // and where
  always_comb begin
    some   = x;
    places = '0;
    for (int k = 0; k < LogWidth; k = k + 1) begin
      for (int n = 0; n < (Width >> (k + 1)); n = n + 1) begin  // node n of the next level, over 2 n and 2 n + 1 of this one
        places[n*LogWidth+:LogWidth] = some[2*n+1] ? places[(2*n+1)*LogWidth+:LogWidth] | LogWidth'(1 << k) : places[2*n*LogWidth+:LogWidth];
        some[n] = some[2*n+1] || some[2*n];
      end
    end
  end
  assign place = places[LogWidth-1:0];
endmodule
