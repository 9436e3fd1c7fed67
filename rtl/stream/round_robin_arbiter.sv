// Grants one of several requests, the one behind the last granted first, so that nobody waits for more than Ports - 1 others.
// Combinational from request to grant; the turn moves when `advance` says that the grant was used.
// SPDX-License-Identifier: Apache-2.0
module round_robin_arbiter #(
    parameter int unsigned Ports = 4
) (
    input  logic             clk,
    input  logic             rst,      // synchronous, active high
    input  logic [Ports-1:0] request,
    output logic [Ports-1:0] grant,    // at most one bit
    input  logic             advance
);
  logic [Ports-1:0] ahead;   // ports behind the last granted one
  logic [Ports-1:0] masked;

  assign masked = request & ahead;
  always_comb begin
    grant = '0;
    for (int i = Ports - 1; i >= 0; i--) begin  // the lowest of all, unless one of those ahead wants
      if (request[i]) begin
        grant    = '0;
        grant[i] = 1'b1;
      end
    end
    for (int i = Ports - 1; i >= 0; i--) begin
      if (masked[i]) begin
        grant    = '0;
        grant[i] = 1'b1;
      end
    end
  end

  always_ff @(posedge clk) begin
    if (rst) ahead <= '0;
    else if (advance && grant != '0) begin
      for (int i = 0; i < Ports; i++) ahead[i] <= (grant & ((1 << i) - 1)) != '0;
    end
  end
endmodule
