// The beats of transactions for tx_envelope: 32 of them, and of the oldest transaction the one at `line` and the next, whichever they are: those
// before them need not be shown. Beats before `line` are forgotten as they come.
// SPDX-License-Identifier: Apache-2.0
module envelope_beats (
    input  logic         clk,
    input  logic         rst,          // synchronous, active high
    input  logic         in_valid,     // beats of whole TX records
    output logic         in_ready,
    input  logic [511:0] in_data,
    input  logic [11:0]  line,         // wanted now; never one before
    input  logic         drain,        // no beat is wanted any more
    input  logic [11:0]  beats,        // of the oldest transaction, from a clock behind first_valid on
    input  logic         drop,         // only when it is whole
    output logic         first_valid,  // its first beat begins with `header` while `line` is 0; a clock later it is in `low`
    output logic [127:0] header,
    output logic         whole,        // all of its beats have come
    output logic         at_hand,      // `low` is the beat at `line`; `high` the next, if there is one
    output logic [511:0] low,
    output logic [511:0] high
);
  localparam int unsigned LogBeats = 5;

  logic [511:0] even[0:(1<<(LogBeats-1))-1];
  logic [511:0] odd[0:(1<<(LogBeats-1))-1];
  logic [12:0] written, begun, kept, arrived, reach;  // kept: the first beat whose place is not free
  logic [LogBeats-1:0] place;
  logic [511:0] even_read, odd_read, low_read;
  logic [11:0] shown;                          // line of `low`
  logic low_ok, high_ok;

  assign arrived     = written - begun;
  assign in_ready    = 13'(written - kept) < 13'(1 << LogBeats);
  assign place       = begun[LogBeats-1:0] + line[LogBeats-1:0];
  assign even_read   = even[place[LogBeats-1:1] + (LogBeats - 1)'(place[0])];  // of an odd place the one behind it
  assign odd_read    = odd[place[LogBeats-1:1]];
  assign low_read    = place[0] ? odd_read : even_read;
  assign header      = low_read[127:0];
  assign first_valid = arrived != '0;
  assign whole       = first_valid && arrived >= 13'(beats);
  assign reach       = whole ? 13'(beats) : arrived;
  assign at_hand     = low_ok && shown == line && (high_ok || 13'(line) + 13'd1 >= 13'(beats));

  always_ff @(posedge clk) begin
    if (in_valid && in_ready && !written[0]) even[written[LogBeats-1:1]] <= in_data;
    if (in_valid && in_ready && written[0]) odd[written[LogBeats-1:1]] <= in_data;
    low     <= low_read;
    high    <= place[0] ? even_read : odd_read;
    shown   <= line;
    low_ok  <= !rst && !drop && arrived > 13'(line);
    high_ok <= arrived > 13'(line) + 13'd1;
    if (rst) begin
      written <= '0;
      begun   <= '0;
      kept    <= '0;
    end else begin
      if (in_valid && in_ready) written <= written + 13'd1;
      if (drop) begin
        begun <= begun + 13'(beats);
        kept  <= begun + 13'(beats);
      end else kept <= begun + (drain || 13'(line) > reach ? reach : 13'(line));
    end
  end
endmodule
