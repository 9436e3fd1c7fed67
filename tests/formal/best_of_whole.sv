// What best_of has to be, said without how it goes about it: of the reports since the leg began, and for any value that the solver chooses,
// none that came was better than what is held, and what is held did come; nothing is held exactly when none came with a value; the counts are
// those of the reports. A report counts a clock after it was told `ready`. How its answers are carried is unit_select's and answer_queue's
// proof. SPDX-License-Identifier: Apache-2.0
module best_of_whole #(
    parameter int unsigned Lanes = 2
) (
    input logic                                        clk,
    input logic                                        rst,
    input logic                                        begin_leg,
    input logic [Lanes-1:0]                            in_valid,
    input logic [Lanes*range_isa_pkg::RequestBits-1:0] in_data,
    input logic                                        out_ready
);
  localparam int unsigned Bits = range_isa_pkg::RequestBits;
  localparam int unsigned Word = range_isa_pkg::WordBits;
  logic [Lanes-1:0]                     in_ready;
  logic                                 out_valid;
  logic [range_isa_pkg::AnswerBits-1:0] out_data;
  logic                                 better, known;
  logic [Word-1:0]                      better_gross, gross;
  logic [19:0]                          better_place;
  logic [15:0]                          evaluated, profitable;
  best_of #(.Lanes(Lanes)) i_best (
      .clk, .rst, .begin_leg, .elsewhere(13'd0), .in_valid, .in_ready, .in_data, .out_valid, .out_ready, .out_data, .better, .better_gross, .better_place,
      .known, .gross, .evaluated, .profitable);

  // i_best's, connected by prove.sh.
  wire            valid_1;
  wire [19:0]     place;
  wire [Bits-1:0] request_1;
  wire [1:0]      held;    // places that i_select thinks are taken
  wire [7:0]      stored;  // answers that wait

  (* anyconst *) logic [Word-1:0] any_gross;  // a report with these: any
  (* anyconst *) logic [19:0]     any_place;
  logic            reset = 1'b0;  // has been
  logic            took;  // a clock ago
  logic [Bits-1:0] taken, taken_q;
  range_isa_pkg::request_t request;
  logic            report, valued, it, came, some;
  logic [15:0]     counted, paid;
  always_comb begin
    taken = '0;
    for (int i = 0; i < Lanes; i++) if (in_valid[i] && in_ready[i]) taken = in_data[i*Bits+:Bits];
  end
  assign request = taken_q;
  assign report  = took && request.unit == range_isa_pkg::UnitReport;
  assign valued  = report && request.option[1];
  assign it      = valued && request.a == any_gross && request.b[19:0] == any_place;
  always_ff @(posedge clk) begin
    if (rst) reset <= 1'b1;
    took    <= !rst && (in_valid & in_ready) != '0;
    taken_q <= taken;
    came    <= !rst && !begin_leg && (came || it);
    some    <= !rst && !begin_leg && (some || valued);
    counted <= rst || begin_leg ? 16'd0 : counted + 16'(report && request.option[0]);
    paid    <= rst || begin_leg ? 16'd0 : paid + 16'(valued && request.c[0]);
  end
  always_comb if (!reset) assume (rst);
  always_ff @(posedge clk) begin
    if (reset && !rst) begin
      a_taken: assert (valid_1 == took && (!took || request_1 == taken_q));
      a_places: assert (8'(held) == 8'(took) + stored && held <= 2'd2);
      a_known: assert (known == some);
      a_none_better: assert (!came || (known && ($signed(gross) > $signed(any_gross) || (gross == any_gross && place <= any_place))));
      a_one_that_came: assert (!known || gross != any_gross || place != any_place || came);
      a_evaluated: assert (evaluated == counted);
      a_profitable: assert (profitable == paid);
      c_displaced: cover (came && known && gross != any_gross);
      c_first_of_equals: cover (came && gross == any_gross && place < any_place);
      c_negative: cover (known && gross[Word-1]);
    end
  end
endmodule
