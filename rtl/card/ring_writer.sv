// Writes records to the output ring in host memory, and tells the host about them in the page that it polls. AXI4 write master, in
// order, up to 8 bursts unanswered. A tail is published when the bus has confirmed the data, and always stands between two records.
// SPDX-License-Identifier: Apache-2.0
module ring_writer (
    input  logic         clk,
    input  logic         rst,         // synchronous; only while `idle`
    input  logic         run,         // begin new bursts
    input  logic         tell,        // write the page, also when an error has ended `run`
    input  logic [ 63:0] ring,        // address, 4 KiB aligned
    input  logic [ 63:0] page,        // address, 4 KiB aligned
    input  logic [ 31:0] ring_beats,  // a power of two
    input  logic [ 31:0] host_head,   // position that the host has read up to
    input  logic [ 31:0] in_head,     // told to the host: position in the input ring
    input  logic         in_idle,     // the input ring is empty: tell in_head now
    input  logic [ 63:0] records_in,  // told to the host
    input  logic [ 31:0] status,      // told to the host whenever it changes
    output logic [ 31:0] tail,        // position that the host can see
    output logic         idle,        // nothing in flight on the bus
    output logic         bad_head,
    output logic         bad_write,
    // records
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [511:0] in_data,
    input  logic         in_last,
    // AXI4 write master
    output logic [ 63:0] awaddr,
    output logic [  7:0] awlen,
    output logic         awvalid,
    input  logic         awready,
    output logic [511:0] wdata,
    output logic         wlast,
    output logic         wvalid,
    input  logic         wready,
    input  logic [  1:0] bresp,
    input  logic         bvalid,
    output logic         bready
);
  localparam int unsigned LogDepth = 8;
  localparam int unsigned BurstLog2 = $clog2(card_pkg::BurstBeats);
  localparam int unsigned FlightsLog2 = 3;

  // ---- what waits to be written
  logic fifo_valid, fifo_ready, fifo_last;
  logic [511:0] fifo_data;
  stream_fifo #(
      .Width(513),
      .LogDepth(LogDepth)
  ) buffer (
      .clk,
      .rst,
      .in_valid,
      .in_ready,
      .in_data  ({in_last, in_data}),
      .out_valid(fifo_valid),
      .out_ready(fifo_ready),
      .out_data ({fifo_last, fifo_data})
  );

  logic [LogDepth:0] level;  // beats in the buffer
  logic [LogDepth:0] records_waiting;  // whole records in it
  wire beat_in = in_valid && in_ready;
  wire beat_out = fifo_valid && fifo_ready;
  always_ff @(posedge clk) begin
    if (rst) begin
      level           <= 0;
      records_waiting <= 0;
    end else begin
      level           <= level + (LogDepth + 1)'(beat_in) - (LogDepth + 1)'(beat_out);
      records_waiting <= records_waiting + (LogDepth + 1)'(beat_in && in_last) - (LogDepth + 1)'(beat_out && fifo_last);
    end
  end

  // ---- positions
  logic [31:0] written;  // of the next beat that goes to the bus
  logic [31:0] confirmed;  // a record boundary up to which the bus has answered
  logic [31:0] told_tail, told_head, told_status;  // in the last page
  logic [63:0] told_records;
  wire [31:0] unread = written - host_head;
  wire pointer_ok = (told_tail - host_head) <= ring_beats;

  // ---- choosing the next burst
  wire [BurstLog2:0] to_boundary = (BurstLog2 + 1)'(card_pkg::BurstBeats) - {1'b0, written[BurstLog2-1:0]};
  wire [BurstLog2:0] burst = level < (LogDepth + 1)'(to_boundary) ? level[BurstLog2:0] : to_boundary;
  wire has_burst = records_waiting != 0 || level >= (LogDepth + 1)'(card_pkg::BurstBeats);
  wire has_room = unread + 32'(burst) <= ring_beats;

  wire head_worth = in_head != told_head && (in_idle || (in_head - told_head) >= (ring_beats >> 2));
  wire wants_page = confirmed != told_tail || head_worth || status != told_status;

  typedef enum logic [1:0] {
    StIdle,
    StAddress,
    StData,
    StPage
  } state_e;
  state_e state;
  logic for_page;
  logic page_in_flight;
  logic [BurstLog2:0] beats_left;
  logic [31:0] boundary;  // the last record boundary that has gone to the bus
  logic [FlightsLog2:0] in_flight;
  wire can_fly = !in_flight[FlightsLog2];

  // Each unanswered burst: is it the page, and how far do whole records reach when it is answered.
  logic [32:0] flights[2**FlightsLog2];
  logic [FlightsLog2-1:0] flight_in, flight_out;
  wire [32:0] answered = flights[flight_out];
  wire burst_done = wvalid && wready && wlast;

  assign fifo_ready = state == StData && wready;
  assign wvalid = (state == StData && fifo_valid) || state == StPage;
  assign wlast = state == StPage || beats_left == 1;
  assign wdata = state == StPage ? {256'd0, 32'd0, told_status, told_records, 32'd0, told_head, 32'd0, told_tail} : fifo_data;
  assign bready = 1'b1;
  assign idle = state == StIdle && in_flight == 0;

  always_ff @(posedge clk) begin
    if (rst) begin
      state       <= StIdle;
      awvalid     <= 1'b0;
      written     <= 0;
      boundary    <= 0;
      told_tail   <= 0;
      told_head   <= 0;
      told_status <= '1;  // the first page comes at once
      bad_head    <= 1'b0;
      for_page    <= 1'b0;
      beats_left  <= 0;
    end else begin
      if (run && !pointer_ok) bad_head <= 1'b1;
      case (state)
        StIdle: begin
          if (tell && can_fly && wants_page && !page_in_flight) begin
            state        <= StAddress;
            awvalid      <= 1'b1;
            awaddr       <= page;
            awlen        <= 8'd0;
            for_page     <= 1'b1;
            told_tail    <= confirmed;
            told_head    <= in_head;
            told_status  <= status;
            told_records <= records_in;
          end else if (run && can_fly && has_burst && has_room && pointer_ok && !bad_head) begin
            state      <= StAddress;
            awvalid    <= 1'b1;
            awaddr     <= ring + {26'd0, written & (ring_beats - 1'b1), 6'd0};
            awlen      <= 8'(burst) - 1'b1;
            beats_left <= burst;
            for_page   <= 1'b0;
          end
        end
        StAddress:
        if (awready) begin
          awvalid <= 1'b0;
          state   <= for_page ? StPage : StData;
        end
        StData:
        if (wvalid && wready) begin
          written    <= written + 1'b1;
          beats_left <= beats_left - 1'b1;
          if (fifo_last) boundary <= written + 1'b1;
          if (wlast) state <= StIdle;
        end
        default: if (wready) state <= StIdle;
      endcase
    end
  end

  // ---- answers
  wire [31:0] boundary_now = fifo_last ? written + 1'b1 : boundary;
  always_ff @(posedge clk) begin
    if (rst) begin
      flight_in      <= 0;
      flight_out     <= 0;
      in_flight      <= 0;
      page_in_flight <= 1'b0;
      confirmed      <= 0;
      tail           <= 0;
      bad_write      <= 1'b0;
    end else begin
      in_flight <= in_flight + (FlightsLog2 + 1)'(burst_done) - (FlightsLog2 + 1)'(bvalid);
      if (burst_done) begin
        flight_in <= flight_in + 1'b1;
        if (for_page) page_in_flight <= 1'b1;
      end
      if (bvalid) begin
        flight_out <= flight_out + 1'b1;
        if (bresp != 2'b00) bad_write <= 1'b1;
        if (answered[32]) begin
          page_in_flight <= 1'b0;
          tail           <= answered[31:0];
        end else if (bresp == 2'b00 && !bad_write) confirmed <= answered[31:0];
      end
    end
  end
  always_ff @(posedge clk) begin
    if (burst_done) flights[flight_in] <= {for_page, for_page ? told_tail : boundary_now};
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    if (!rst) begin
      assert (!bvalid || in_flight != 0);  // an answer that nobody waits for
      assert (state != StData || fifo_valid);  // a burst is begun when all of it is here
    end
  end
`endif
endmodule
