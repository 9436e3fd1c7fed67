// A leg's ratio part / whole as a fraction of 276 bits, so that mul_shift multiplies by it where mul_div would divide: x < 2^256 times what the fraction lacks, or has too much,
// is below 2^-20, less than 1 / whole, and whatever x * part / whole is beside an integer is at least that. So a product rounded down by a fraction rounded up is floor(x * part / whole),
// and one rounded up by one rounded down is its ceil. A fraction takes some 75 clocks, four bits a clock; the last ones are kept. Until it is there, mul_div is asked.
// SPDX-License-Identifier: Apache-2.0
module ratio_rate #(
    parameter int unsigned RoundUp = 0  // of the fraction: 0 or 1
) (
    input  logic         clk,
    input  logic         rst,          // synchronous, active high
    input  logic         begin_leg,    // the leg's ratio; the last one's is gone
    input  logic [19:0]  part,
    input  logic [19:0]  whole,
    input  logic         ahead_valid,  // one that a leg will have; left out while another is computed
    input  logic [19:0]  ahead_part,
    input  logic [19:0]  ahead_whole,
    output logic         there,        // never where part is more than whole, or whole is 0
    output logic [276:0] rate          // of the leg, when there
);
  localparam int unsigned LogKept = 4, Bits = 276, BitsAClock = 4;
  typedef enum logic [2:0] {Rest, Look, Compare, Divide, Round} state_t;
  state_t       state;
  logic         of_leg;  // what is looked for is the leg's
  logic [19:0]  of_part, of_whole;
  logic [6:0]   left;    // clocks of the division
  logic [276:0] quotient, rounded;

  // ---- what was computed before, by some bits of the ratio
  logic [(1<<LogKept)-1:0] known;
  logic [LogKept-1:0]      place;
  logic [19:0]             kept_part, kept_whole;
  logic [276:0]            kept_rate;
  wire found = known[place] && kept_part == of_part && kept_whole == of_whole;
  assign place = of_part[5:2] ^ of_whole[3:0];
  ram_1r1w #(.Width(317), .Depth(1 << LogKept)) i_kept (
      .clk, .write(state == Round), .write_at(place), .write_data({of_part, of_whole, rounded}), .read_at(place),
      .read_data({kept_part, kept_whole, kept_rate}));

  // ---- the division, two digits of two bits a clock
  logic [19:0] rest, rest_next;
  logic [21:0] thrice;
  logic [3:0]  bits;
  function automatic logic [21:0] digit(input logic [19:0] from);  // {digit, rest}
    logic [21:0] of;
    of    = {from, 2'b00};
    digit = of >= thrice ? {2'd3, of[19:0] - thrice[19:0]} : of >= {1'b0, of_whole, 1'b0} ? {2'd2, of[19:0] - {of_whole[18:0], 1'b0}} :
            of >= {2'd0, of_whole} ? {2'd1, of[19:0] - of_whole} : {2'd0, of[19:0]};
  endfunction
  logic [19:0] rest_between;
  assign {bits[3:2], rest_between} = digit(rest);
  assign {bits[1:0], rest_next}    = digit(rest_between);
  assign rounded = quotient + 277'(RoundUp != 0 && rest != '0);

  always_ff @(posedge clk) begin
    thrice <= {1'b0, of_whole, 1'b0} + {2'd0, of_whole};
    case (state)
      Look:    state <= Compare;
      Compare: begin
        rest     <= of_part == of_whole ? '0 : of_part;
        quotient <= 277'(of_part == of_whole);
        left     <= 7'(Bits / BitsAClock);
        state    <= found || of_part > of_whole || of_whole == '0 ? Rest : Divide;
        if (of_leg && found) begin
          there <= 1'b1;
          rate  <= kept_rate;
        end
      end
      Divide: begin
        rest     <= rest_next;
        quotient <= {quotient[272:0], bits};
        left     <= left - 7'd1;
        if (left == 7'd1) state <= Round;
      end
      Round: begin
        known[place] <= 1'b1;
        state        <= Rest;
        if (of_leg) begin
          there <= 1'b1;
          rate  <= rounded;
        end
      end
      default: if (ahead_valid) begin
        of_part  <= ahead_part;
        of_whole <= ahead_whole;
        of_leg   <= 1'b0;
        state    <= Look;
      end
    endcase
    if (begin_leg) begin
      of_part  <= part;
      of_whole <= whole;
      of_leg   <= 1'b1;
      there    <= 1'b0;
      state    <= Look;
    end
    if (rst) begin
      state <= Rest;
      there <= 1'b0;
      known <= '0;
    end
  end
endmodule
