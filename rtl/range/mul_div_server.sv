// A mul_div that lanes share, and one more client. Nobody waits for the other for long: the client goes
// between two lanes' requests. From a lane's request to its answer 27 clocks less what mul_div leaves out; initiation interval 1.
// SPDX-License-Identifier: Apache-2.0
module mul_div_server
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,              // synchronous, active high
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data,
    input  logic                         client_valid,     // held until client_ready
    output logic                         client_ready,
    input  logic [3:0]                   client_tag,
    input  logic [255:0]                 client_a,
    input  logic [255:0]                 client_b,
    input  logic [255:0]                 client_d,
    input  logic                         client_round_up,
    output logic                         client_out_valid,
    output logic [3:0]                   client_out_tag,
    output logic                         client_ok,
    output logic [255:0]                 client_quotient
);
  localparam int unsigned LogPlaces = 6;

  logic                valid_1;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(client_valid), .done({1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));
  assign client_ready = !valid_1;

  typedef struct packed {
    logic                  client;
    logic [3:0]            client_tag;
    logic [1:0]            impossible;
    logic [LaneBits-1:0]   lane;
    logic [ThreadBits-1:0] thread;
    logic [4:0]            d;
  } tag_t;
  localparam int unsigned TagWidth = $bits(tag_t);

  tag_t                tag, out_tag;
  logic [TagWidth-1:0] out_tag_bits;
  logic                md_valid, ok;
  logic [255:0]        quotient;
  assign tag.client     = !valid_1;
  assign tag.client_tag = client_tag;
  assign tag.impossible = request_1.option[2:1];
  assign tag.lane       = lane_1;
  assign tag.thread     = request_1.thread;
  assign tag.d          = request_1.d;
  mul_div #(.TagWidth(TagWidth)) i_mul_div (
      .clk, .rst, .in_valid(valid_1 || client_valid), .in_tag(tag),
      .a       (valid_1 ? request_1.a[255:0] : client_a),
      .b       (valid_1 ? request_1.b[255:0] : client_b),
      .d       (valid_1 ? request_1.c : client_d),
      .round_up(valid_1 ? request_1.option[0] : client_round_up),
      .out_valid(md_valid), .out_tag(out_tag_bits), .quotient, .ok);
  assign out_tag          = out_tag_bits;
  assign client_out_valid = md_valid && out_tag.client;
  assign client_out_tag   = out_tag.client_tag;
  assign client_ok        = ok;
  assign client_quotient  = quotient;

  answer_t answer;
  logic    answers, answer_ready;
  assign answers       = md_valid && !out_tag.client;
  assign answer.start  = 1'b0;
  assign answer.pc     = '0;
  assign answer.lane   = out_tag.lane;
  assign answer.thread = out_tag.thread;
  assign answer.d      = out_tag.d;
  always_comb begin
    answer.data = {4'd0, quotient};
    if (!ok) begin
      case (out_tag.impossible)
        ImpossibleZero: answer.data = '0;
        ImpossibleMost: answer.data = {4'd0, {256{1'b1}}};
        default:        answer.data = {4'd1, 256'd0};
      endcase
    end
  end
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_answers (
      .clk, .rst, .in_valid(answers), .in_ready(answer_ready), .in_data(answer), .out_valid, .out_ready, .out_data);
  always_ff @(posedge clk) begin
    if (!rst && answers) a_answer_has_a_place: assert (answer_ready);
  end
  wire unused = &{1'b0, request_1};
endmodule
