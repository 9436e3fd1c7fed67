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
`ifdef FORMAL
  // Proved by tests/formal: one grant when anybody wants one, and no port sees more than Ports - 1 grants of others while it waits.
  (* anyconst *) logic [$clog2(Ports)-1:0] f_port;
  logic f_known = 1'b0;  // a reset has been
  logic [7:0] f_waited;  // grants of others while f_port waits
  logic [7:0] f_before;  // ports that may still be served before it
  always_comb begin
    f_before = '0;
    for (int i = 0; i < Ports; i++) begin
      if (ahead[f_port]) f_before = f_before + {7'd0, ahead[i] && i < f_port};
      else f_before = f_before + {7'd0, ahead[i] || i < f_port};
    end
  end
  always_ff @(posedge clk) begin
    if (rst) begin
      f_known  <= 1'b1;
      f_waited <= '0;
    end else if (!request[f_port] || (advance && grant[f_port])) begin
      f_waited <= '0;
    end else if (advance) begin
      f_waited <= f_waited + 1'b1;
    end
  end
  always_ff @(posedge clk) begin
    if (f_port < Ports && f_known && !rst) begin
      a_at_most_one: assert ((grant & (grant - 1'b1)) == '0);
      a_only_who_asks: assert ((grant & ~request) == '0);
      a_no_deadlock: assert (request == '0 || grant != '0);
      a_turn: assert (!ahead[0] && ((ahead << 1) & ~ahead) == '0);
      a_fair: assert (f_waited + f_before < Ports);
      c_last_port: cover (f_waited == Ports - 1);
    end
  end
`endif
endmodule
