// Merges streams in an order that was fixed before: a ticket names the source whose next group is due. A group ends with the beat that
// carries `in_end`. Combinational from sources to out, one beat a clock and no gap between groups when a ticket is there.
// SPDX-License-Identifier: Apache-2.0
module ordered_merge #(
    parameter int unsigned Width   = 513,
    parameter int unsigned Sources = 5
) (
    input  logic                       ticket_valid,
    output logic                       ticket_ready,
    input  logic [$clog2(Sources)-1:0] ticket,       // below Sources
    input  logic [Sources-1:0]         in_valid,
    output logic [Sources-1:0]         in_ready,
    input  logic [Sources*Width-1:0]   in_data,      // source i at i * Width
    input  logic [Sources-1:0]         in_end,
    output logic                       out_valid,
    input  logic                       out_ready,
    output logic [Width-1:0]           out_data
);
  localparam int unsigned TicketBits = $clog2(Sources);

  logic ends;

  always_comb begin
    out_valid = 1'b0;
    out_data  = '0;
    in_ready  = '0;
    ends      = 1'b0;
    for (int i = 0; i < Sources; i++) begin
      if (ticket_valid && ticket == TicketBits'(i)) begin
        out_valid   = in_valid[i];
        out_data    = in_data[i*Width+:Width];
        in_ready[i] = out_ready;
        ends        = in_end[i];
      end
    end
  end
  assign ticket_ready = out_valid && out_ready && ends;
`ifdef FORMAL
  // Proved by tests/formal, for every source: a beat leaves when its turn has come, once and as it is; the ticket goes with the last.
  (* anyconst *) logic [TicketBits-1:0] f_source;
  always_comb begin
    if (f_source < Sources && (!ticket_valid || ticket < Sources)) begin
      if (ticket_valid && ticket == f_source) begin
        a_beat_once: assert ((in_valid[f_source] && in_ready[f_source]) == (out_valid && out_ready));
        a_data: assert (!out_valid || out_data == in_data[f_source*Width+:Width]);
        a_no_deadlock: assert (!in_valid[f_source] || out_valid);
        a_ticket: assert (ticket_ready == (in_valid[f_source] && out_ready && in_end[f_source]));
      end else begin
        a_waits_for_its_turn: assert (!in_ready[f_source]);
      end
      if (!ticket_valid) a_no_ticket_no_beat: assert (!out_valid && !ticket_ready);
    end
  end
`endif
endmodule
