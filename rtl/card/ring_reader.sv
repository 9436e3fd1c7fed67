// Reads records from the input ring in host memory and hands them on as a framed stream. AXI4 read master, in order, up to 256 beats
// in bursts of 16 at most in flight; asks only for what its buffer has room for, so that the bus never waits for a kernel.
// SPDX-License-Identifier: Apache-2.0
module ring_reader (
    input  logic         clk,
    input  logic         rst,         // synchronous; only while `idle`
    input  logic         run,         // ask for more
    input  logic [ 63:0] ring,        // address, 4 KiB aligned
    input  logic [ 31:0] ring_beats,  // a power of two
    input  logic [ 31:0] tail,        // position that the host has written up to
    output logic [ 31:0] head,        // position that has been taken: the host may write behind it again
    output logic         idle,        // nothing in flight on the bus
    output logic         bad_tail,
    output logic         bad_read,
    // AXI4 read master
    output logic [ 63:0] araddr,
    output logic [  7:0] arlen,
    output logic         arvalid,
    input  logic         arready,
    input  logic [511:0] rdata,
    input  logic [  1:0] rresp,
    input  logic         rvalid,
    output logic         rready,
    // records
    output logic         out_valid,
    input  logic         out_ready,
    output logic [511:0] out_data,
    output logic         out_last
);
  localparam int unsigned LogDepth = 8;
  localparam int unsigned BurstLog2 = $clog2(card_pkg::BurstBeats);

  logic [31:0] asked;  // position of the next beat to ask for
  logic [31:0] given;  // position of the next beat that leaves the buffer

  // ---- asking. One clock to choose a burst, then the handshake.
  wire [31:0] waiting = tail - asked;
  wire [BurstLog2:0] to_boundary = (BurstLog2 + 1)'(card_pkg::BurstBeats) - {1'b0, asked[BurstLog2-1:0]};
  wire [BurstLog2:0] burst = waiting < 32'(to_boundary) ? waiting[BurstLog2:0] : to_boundary;
  wire [31:0] held = asked - given;
  wire has_room = held <= 32'(2 ** LogDepth - card_pkg::BurstBeats);
  wire pointer_ok = waiting <= ring_beats;

  always_ff @(posedge clk) begin
    if (rst) begin
      asked    <= 0;
      arvalid  <= 1'b0;
      bad_tail <= 1'b0;
    end else begin
      if (run && !pointer_ok) bad_tail <= 1'b1;
      if (arvalid) begin
        if (arready) arvalid <= 1'b0;
      end else if (run && !bad_tail && pointer_ok && waiting != 0 && has_room) begin
        arvalid <= 1'b1;
        araddr  <= ring + {26'd0, asked & (ring_beats - 1'b1), 6'd0};
        arlen   <= 8'(burst) - 1'b1;
        asked   <= asked + 32'(burst);
      end
    end
  end

  // ---- taking
  logic fifo_ready;
  assign rready = 1'b1;  // there is room for everything that was asked for
  assign idle   = !arvalid && head == asked;

  always_ff @(posedge clk) begin
    if (rst) begin
      head     <= 0;
      bad_read <= 1'b0;
    end else if (rvalid) begin
      head <= head + 1'b1;
      if (rresp != 2'b00) bad_read <= 1'b1;
    end
  end

  logic buffered_valid;
  stream_fifo #(
      .Width(512),
      .LogDepth(LogDepth)
  ) buffer (
      .clk,
      .rst,
      .in_valid (rvalid && rresp == 2'b00 && !bad_read),  // nothing behind a failed beat is a record
      .in_ready (fifo_ready),
      .in_data  (rdata),
      .out_valid(buffered_valid),
      .out_ready,
      .out_data
  );

  // ---- framing: by the header, never by the bus
  logic [11:0] remaining;  // beats of the record that are still to come, 0 between records
  wire [11:0] length = contract_pkg::beats_of(
      out_data[contract_pkg::HeaderPayloadBytesLsb+:contract_pkg::HeaderPayloadBytesBits]
  );
  assign out_valid = buffered_valid;
  assign out_last  = remaining == 0 ? length == 12'd1 : remaining == 12'd1;

  always_ff @(posedge clk) begin
    if (rst) begin
      remaining <= 0;
      given     <= 0;
    end else if (out_valid && out_ready) begin
      remaining <= (remaining == 0 ? length : remaining) - 1'b1;
      given     <= given + 1'b1;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    if (!rst && rvalid) begin
      assert (fifo_ready);
      assert (head != asked);  // a beat that nobody asked for
    end
  end
`endif
endmodule
