// What memory_reader has to be as an arbiter: a load that is told `ready` reads in the next clock and answers in the one behind it, to the lane, thread and word that asked,
// or waits in the queue, where it always has a place; nothing else answers; whoever reads pairs is told when a load has the memory. Who is chosen is unit_select's
// proof, that the queue keeps its order answer_queue's. What the memory holds is for rtl_memory_server_test. SPDX-License-Identifier: Apache-2.0
module memory_reader_whole #(
    parameter int unsigned Lanes = 2
) (
    input logic                                        clk,
    input logic                                        rst,
    input logic [Lanes-1:0]                            in_valid,
    input logic [Lanes*range_isa_pkg::RequestBits-1:0] in_data,
    input logic                                        write,
    input logic [11:0]                                 write_at,
    input logic [range_isa_pkg::WordBits-1:0]          write_data,
    input logic                                        out_ready,
    input logic [9:0]                                  pair_at
);
  localparam int unsigned Bits    = range_isa_pkg::RequestBits;
  localparam int unsigned Word    = range_isa_pkg::WordBits;
  localparam int unsigned WhoBits = range_isa_pkg::LaneBits + range_isa_pkg::ThreadBits + 5;
  logic [Lanes-1:0]                     in_ready;
  logic                                 out_valid, loads;
  logic [range_isa_pkg::AnswerBits-1:0] out_data;
  logic [Word-1:0]                      pair_even, pair_odd;
  memory_reader #(.Lanes(Lanes)) i_reader (
      .clk, .rst, .in_valid, .in_ready, .in_data, .write, .write_at, .write_data, .out_valid, .out_ready, .out_data, .loads, .pair_at, .pair_even, .pair_odd);

  // i_reader's, connected by prove.sh.
  wire [Bits-1:0] request_1;
  wire [3:0]      held;    // places that i_select thinks are taken
  wire [7:0]      stored;  // answers that wait
  wire               valid_2;
  wire [WhoBits-1:0] answered_2;

  logic               reset = 1'b0;  // has been
  logic               took_1, took_2;  // one clock ago, two
  logic [Bits-1:0]    taken, taken_1;
  logic [WhoBits-1:0] who, who_1, who_2;
  logic               odd_2;
  range_isa_pkg::request_t request;
  assign request = taken;
  always_comb begin
    taken = '0;
    who   = '0;
    for (int i = 0; i < Lanes; i++) begin
      if (in_valid[i] && in_ready[i]) begin
        taken              = in_data[i*Bits+:Bits];
        who[WhoBits-1-:3]  = 3'(i);
      end
    end
    who[WhoBits-4:0] = {request.thread, request.d};
  end
  range_isa_pkg::request_t request_q;
  assign request_q = taken_1;
  always_ff @(posedge clk) begin
    if (rst) reset <= 1'b1;
    took_1  <= !rst && (in_valid & in_ready) != '0;
    took_2  <= !rst && took_1;
    taken_1 <= taken;
    who_1   <= who;
    who_2   <= who_1;
    odd_2   <= request_q.b[0];
  end
  always_comb if (!reset) assume (rst);
  always_ff @(posedge clk) begin
    if (reset && !rst) begin
      a_reads: assert (loads == took_1 && (!took_1 || request_1 == taken_1));
      a_answers: assert (valid_2 == took_2 && (!took_2 || answered_2 == who_2));
      a_places: assert (8'(held) == 8'(took_1) + 8'(took_2) + stored && held <= 4'd8 && stored <= 8'd8);
      a_no_deadlock: assert (in_valid == '0 || in_ready != '0 || held == 4'd8);
      a_nothing_made: assert (out_valid == (took_2 || stored != '0));
      if (took_2 && stored == '0) begin
        a_to_who_asked: assert (out_data[Word+:WhoBits] == who_2 && out_data[range_isa_pkg::AnswerBits-1] == 1'b0);
        a_of_its_bank: assert (out_data[Word-1:0] == (odd_2 ? pair_odd : pair_even));
      end
      c_full: cover (held == 4'd8 && in_valid == '1);
      c_goes_past: cover (took_2 && stored == '0 && out_ready && took_1);
    end
  end
endmodule

// In the memory's place: any words.
module ram_1r1w #(
    parameter int unsigned Width = 64,
    parameter int unsigned Depth = 256
) (
    input  logic                     clk,
    input  logic                     write,
    input  logic [$clog2(Depth)-1:0] write_at,
    input  logic [Width-1:0]         write_data,
    input  logic [$clog2(Depth)-1:0] read_at,
    output logic [Width-1:0]         read_data
);
  (* anyseq *) logic [Width-1:0] word;
  assign read_data = word;
endmodule

// In the place of the queue's stream_fifo, whose order and data are its own proof's: as many answers as are inside, any words, which stand still.
module stream_fifo #(
    parameter int unsigned Width    = 8,
    parameter int unsigned LogDepth = 4
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             in_valid,
    output logic             in_ready,
    input  logic [Width-1:0] in_data,
    output logic             out_valid,
    input  logic             out_ready,
    output logic [Width-1:0] out_data
);
  (* anyseq *) logic [Width-1:0] word;
  (* keep *) logic [7:0] f_inside;
  (* keep *) logic f_known = 1'b0;
  logic [Width-1:0] word_q;
  logic             known;  // what is shown is word_q
  wire enters = in_valid && in_ready;
  wire gives  = out_valid && out_ready;
  assign in_ready  = f_inside != 8'(1 << LogDepth);
  assign out_valid = f_inside != '0;
  assign out_data  = known ? word_q : word;
  always_ff @(posedge clk) begin
    if (rst) f_known <= 1'b1;
    f_inside <= rst ? '0 : f_inside + 8'(enters) - 8'(gives);
    known    <= !rst && ((out_valid && !gives) || (enters && f_inside == 8'(gives)));  // stands still, or the only one
    word_q   <= out_valid && !gives ? out_data : in_data;
  end
endmodule
