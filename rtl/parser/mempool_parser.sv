// The parser kernel: TX records become SWAP records and a TX_SEEN; everything that the pricing kernel needs passes through in order. The same
// bytes as kernels/hls/mempool_parser.cpp for the same input, whatever the back-pressure (docs/kernel-contract.md, docs/parser.md).
// Transactions go to a pool of lanes and come back in order. Takes no records for 1,024 clocks after reset.
// SPDX-License-Identifier: Apache-2.0
module mempool_parser #(
    parameter int unsigned Lanes          = 4,  // 2..7
    parameter int unsigned RoundsPerClock = 2   // of each lane's Keccak: 1 or 2
) (
    input  logic         clk,
    input  logic         rst,       // synchronous, active high
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [511:0] in_data,
    input  logic         in_last,
    output logic         out_valid,
    input  logic         out_ready,
    output logic [511:0] out_data,
    output logic         out_last
);
  localparam int unsigned Sources = Lanes + 1;  // the last is what does not go through a lane
  localparam int unsigned TicketBits = $clog2(Sources);

  logic head_valid, head_ready, head_last;
  logic [511:0] head_data;
  skid_buffer #(.Width(513)) input_stage (
      .clk(clk), .rst(rst), .in_valid(in_valid), .in_ready(in_ready), .in_data({in_last, in_data}), .out_valid(head_valid),
      .out_ready(head_ready), .out_data({head_last, head_data})
  );

  logic [Lanes-1:0] lane_valid, lane_ready, lane_free, settled, ask, answered;
  logic [511:0] lane_data, side_data;
  logic [Lanes*160-1:0] ask_address;
  parser_pkg::target_t answer;
  logic side_valid, side_ready, side_last, side_end, ticket_valid, ticket_ready;
  logic [TicketBits-1:0] ticket;
  logic tables_ready, router_write, routers_set, note, note_present, note_done;
  logic [4:0] router_row;
  logic [7:0] router_kind;
  logic [5:0] routers;
  logic [9:0] note_index;
  logic [31:0] note_fee;
  logic [159:0] router_address, router_factory, note_address, note_token0, note_token1, note_factory;

  record_dispatch #(.Lanes(Lanes), .TicketBits(TicketBits)) dispatch (
      .clk(clk), .rst(rst), .in_valid(head_valid), .in_ready(head_ready), .in_data(head_data), .in_last(head_last),
      .lane_valid(lane_valid), .lane_ready(lane_ready), .lane_free(lane_free), .lane_data(lane_data), .settled(settled),
      .side_valid(side_valid), .side_ready(side_ready), .side_data(side_data), .side_last(side_last), .side_end(side_end),
      .ticket_valid(ticket_valid), .ticket_ready(ticket_ready), .ticket(ticket), .tables_ready(tables_ready),
      .router_write(router_write), .router_row(router_row), .router_address(router_address), .router_kind(router_kind),
      .router_factory(router_factory), .routers_set(routers_set), .routers(routers), .note(note), .note_index(note_index),
      .note_present(note_present), .note_address(note_address), .note_token0(note_token0), .note_token1(note_token1),
      .note_factory(note_factory), .note_fee(note_fee), .note_done(note_done)
  );

  target_tables #(.Lanes(Lanes)) tables (
      .clk(clk), .rst(rst), .ready(tables_ready), .ask(ask), .ask_address(ask_address), .answered(answered), .answer(answer),
      .router_write(router_write), .router_row(router_row), .router_address(router_address), .router_kind(router_kind),
      .router_factory(router_factory), .routers_set(routers_set), .routers(routers), .note(note), .note_index(note_index),
      .note_present(note_present), .note_address(note_address), .note_token0(note_token0), .note_token1(note_token1),
      .note_factory(note_factory), .note_fee(note_fee), .note_done(note_done)
  );

  // ---- sources of the output, each with its beats and where they end
  logic [Sources-1:0] source_valid, source_ready, source_end;
  logic [Sources*513-1:0] source_data;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    // Between two long paths: who may take a record, and what a lane does with its beats.
    logic entry_valid, entry_ready;
    logic [511:0] entry;
    skid_buffer #(.Width(512)) lane_entry (
        .clk(clk), .rst(rst), .in_valid(lane_valid[i]), .in_ready(lane_ready[i]), .in_data(lane_data), .out_valid(entry_valid),
        .out_ready(entry_ready), .out_data(entry)
    );
    parser_lane #(.RoundsPerClock(RoundsPerClock)) lane (
        .clk(clk), .rst(rst), .in_valid(entry_valid), .in_ready(entry_ready), .in_data(entry), .ask(ask[i]),
        .ask_address(ask_address[160*i+:160]), .answered(answered[i]), .answer(answer), .settled(settled[i]),
        .out_valid(source_valid[i]), .out_ready(source_ready[i]), .out_data(source_data[513*i+:512]),
        .out_last(source_data[513*i+512]), .out_end(source_end[i])
    );
  end
  assign lane_free = '1;

  stream_fifo #(.Width(514), .LogDepth(5)) side (
      .clk(clk), .rst(rst), .in_valid(side_valid), .in_ready(side_ready), .in_data({side_end, side_last, side_data}),
      .out_valid(source_valid[Lanes]), .out_ready(source_ready[Lanes]),
      .out_data({source_end[Lanes], source_data[513*Lanes+:513]})
  );

  logic due_valid, due_ready;
  logic [TicketBits-1:0] due;
  stream_fifo #(.Width(TicketBits), .LogDepth(5)) tickets (
      .clk(clk), .rst(rst), .in_valid(ticket_valid), .in_ready(ticket_ready), .in_data(ticket), .out_valid(due_valid),
      .out_ready(due_ready), .out_data(due)
  );

  logic merged_valid, merged_ready;
  logic [512:0] merged;
  ordered_merge #(.Width(513), .Sources(Sources)) merge (
      .ticket_valid(due_valid), .ticket_ready(due_ready), .ticket(due), .in_valid(source_valid), .in_ready(source_ready),
      .in_data(source_data), .in_end(source_end), .out_valid(merged_valid), .out_ready(merged_ready), .out_data(merged)
  );
  skid_buffer #(.Width(513)) output_stage (
      .clk(clk), .rst(rst), .in_valid(merged_valid), .in_ready(merged_ready), .in_data(merged), .out_valid(out_valid),
      .out_ready(out_ready), .out_data({out_last, out_data})
  );
endmodule
